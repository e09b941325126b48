/**
 * A live tail from a second process: the time from the moment before an append to the moment when a reader in another process has the record,
 * beside a plain file whose reader the system tells of each write (`fs.watch`). And what it costs to wait for logs in which nothing happens.
 */
import { fork } from 'node:child_process';
import fs from 'node:fs';
import { once, setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';
import { KIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds, quantile } from './harness/rounds.mjs';

const GAP_MS = 3;
const VALUE_SIZE = 100;
const MANY = 100;

export async function measure(context) {
  const appends = context.pick(1000, 20);
  let made = 0;
  const scratch = () => join(context.directory, String(made++));
  const idle = await openIdle(scratch(), MANY);
  const waitMs = context.pick(1000, 20);
  const figures = await inRounds(context, {
    log: () => followed(scratch(), appends),
    file: () => watched(scratch(), appends),
    timer: () => loadOf(waitMs, keepTimer),
    one: () => loadOf(waitMs, () => idle.wait(1)),
    many: () => loadOf(waitMs, () => idle.wait(MANY)),
  });
  await idle.close();

  const of = (name, part) => figures[name].map((figure) => figure[part]);
  const latency = (part, what, mark) =>
    finding({
      what: `${what} of an append`,
      unit: 'ms',
      figures: of('log', part),
      baseline: { what: `${what}, plain file and fs.watch`, figures: of('file', part) },
      mark,
    });
  const timer = { what: 'a timer of as many milliseconds alone', figures: figures.timer };
  const load = (what, name) => finding({ what, unit: '% of a core', figures: figures[name], baseline: timer });
  return {
    sizes: `${appends} appends of ${VALUE_SIZE} B a round, ${GAP_MS} ms apart on average, over rolls; ${waitMs} ms of waiting`,
    findings: [
      latency('p50', 'median'),
      latency('p99', 'p99', { of: 'value', atMost: 10 }),
      latency('max', 'slowest'),
      load('waiting for 1 idle log', 'one'),
      load(`waiting for ${MANY} idle logs`, 'many'),
    ],
  };
}

/** Starts the writer; `begin` lets it append, `end` lets it go. */
async function startWriter(way, path, appends) {
  const file = fileURLToPath(new URL('harness/tail-writer.mjs', import.meta.url));
  const task = { way, path, appends, gapMs: GAP_MS, valueSize: VALUE_SIZE };
  const child = fork(file, [JSON.stringify(task)], { stdio: ['ignore', 2, 2, 'ipc'] });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([status]) => Promise.reject(new Error(`the writer ended with ${status}`))),
  ]);
  return {
    begin: () => child.send('begin'),
    end: async () => {
      child.send('end');
      await once(child, 'exit');
    },
  };
}

async function followed(path, appends) {
  const writer = await startWriter('log', path, appends);
  const store = await openStore(path, { readOnly: true });
  const log = store.partition('tailed', 0);
  const latencies = new Latencies();
  writer.begin();
  while (latencies.count < appends) {
    await log.waitFor(latencies.count);
    for (const batch of log.read(latencies.count)) {
      for (const { value } of batch) latencies.add(value);
    }
  }
  await store.close();
  await writer.end();
  return latencies.figures();
}

async function watched(path, appends) {
  const writer = await startWriter('file', path, appends);
  const fd = fs.openSync(path);
  const value = Buffer.alloc(VALUE_SIZE);
  const latencies = new Latencies();
  await new Promise((all) => {
    const watcher = fs.watch(path, () => {
      while (fs.readSync(fd, value, 0, VALUE_SIZE, latencies.count * VALUE_SIZE) === VALUE_SIZE) latencies.add(value);
      if (latencies.count < appends) return;
      watcher.close();
      all();
    });
    writer.begin();
  });
  fs.closeSync(fd);
  await writer.end();
  return latencies.figures();
}

class Latencies {
  #values = [];

  get count() {
    return this.#values.length;
  }

  /** A value begins with the moment before its append. */
  add(value) {
    const now = process.hrtime.bigint();
    const appended = new DataView(value.buffer, value.byteOffset).getBigUint64(0, true);
    this.#values.push(Number(now - appended) / 1e6);
  }

  figures() {
    const of = (part) => quantile(this.#values, part);
    return { p50: of(0.5), p99: of(0.99), max: of(1) };
  }
}

/** A store with logs that have a record each, and a reader of it that waits for the next ones. */
async function openIdle(path, count) {
  const store = await openStore(path);
  await store.createTopic('idle', { partitions: count, config: { 'segment.bytes': 64 * KIB } });
  for (let i = 0; i < count; i++) store.partition('idle', i).append([{ value: 'one' }]);
  const reader = await openStore(path, { readOnly: true });
  return {
    wait(logs) {
      const control = new AbortController();
      setMaxListeners(logs, control.signal);
      const { signal } = control;
      const waits = Array.from({ length: logs }, (_, i) => reader.partition('idle', i).waitFor(1, { signal }));
      const ended = Promise.allSettled(waits);
      return () => {
        control.abort();
        return ended;
      };
    },
    close: async () => {
      await reader.close();
      await store.close();
    },
  };
}

/** A timer that does nothing: what being woken so often costs a Node program. */
function keepTimer() {
  const timer = setInterval(() => undefined, 4);
  return async () => clearInterval(timer);
}

/** Processor time that goes by while `begin` goes on, in percent of the time. */
async function loadOf(timeMs, begin) {
  const stop = begin();
  const began = performance.now();
  const before = process.cpuUsage();
  await setTimeout(timeMs);
  const { user, system } = process.cpuUsage(before);
  const elapsed = performance.now() - began;
  await stop();
  return (user + system) / 10 / elapsed;
}
