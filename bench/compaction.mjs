/**
 * Compaction in its worker thread, against one thread that reads, hashes and rewrites the same bytes: 256 KiB at a time, into the log's own checksum or
 * into MD5 (which Kafka's cleaner hashes keys with), written to another file and synced. Compaction reads what is dirty twice: once for its keys, once for its
 * records. In one log each key comes four times, in the other once, so that all of it is written again.
 *
 * And how long the main thread's event loop is held meanwhile, against an event loop with nothing to do.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { openStore } from 'millrace';
import { native } from '#millrace/native.js';
import { KIB, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds, median, quantile } from './harness/rounds.mjs';

const CHUNK = 256 * KIB;
const VALUE = Buffer.alloc(100, 'v');
const BATCH = 150;
const CONFIG = { 'cleanup.policy': 'compact' };

export async function measure(context) {
  const bytes = context.pick(256 * MIB, 2 * MIB);
  const records = Math.round(bytes / 128);
  const held = [];
  const path = (name) => join(context.directory, name);
  const figures = await inRounds(context, {
    checksum: () => rewriteRate(path('plain'), records, (chunk) => native.crc32c(chunk, 0, chunk.length)),
    md5: () => {
      const hash = createHash('md5');
      return rewriteRate(path('plain'), records, (chunk) => hash.update(chunk));
    },
    repeated: () => compactionRate(path('repeated'), { records, keys: Math.ceil(records / 4) }, held),
    unique: () => compactionRate(path('unique'), { records, keys: records }, held),
  });
  const idle = await idleDelays(context.pick(1000, 50));
  const md5 = { what: 'read, MD5, write and sync', figures: figures.md5 };
  const checksum = { what: 'read, CRC-32C, write and sync', figures: figures.checksum };
  const row = (what, of, baseline, mark) => finding({ what, unit: 'bytes/s', figures: figures[of], baseline, mark });
  const p99s = held.map((delays) => quantile(delays, 0.99));
  return {
    sizes: `${records} records of 100 B in batches of ${BATCH}, a segment of about ${Math.round(bytes / MIB)} MiB`,
    findings: [
      row('each key four times', 'repeated', md5, { of: 'ratio', atLeast: 0.5 }),
      row('each key once', 'unique', md5, { of: 'ratio', atLeast: 0.5 }),
      row('each key four times', 'repeated', checksum),
      row('each key once', 'unique', checksum),
      finding({
        what: 'event loop held meanwhile, p99',
        unit: 'ms',
        figures: p99s,
        baseline: { what: 'an idle event loop', figures: p99s.map(() => quantile(idle, 0.99)) },
        mark: { of: 'value', atMost: 10 },
      }),
    ],
    notes: [
      `event loop held at most ${Math.max(...held.map((delays) => Math.max(...delays))).toFixed(1)} ms (median ${median(held.flat()).toFixed(2)} ms)`,
    ],
  };
}

/** Makes the log whose keys come round in an order of their own. Returns its segments' bytes. */
function fill(log, { records, keys }) {
  // A number that has no divisor with `keys` in common comes by each of them.
  const step = keys % 7919 === 0 ? 1 : 7919;
  for (let next = 0; next < records;) {
    const batch = [];
    for (; batch.length < BATCH && next < records; next++)
      batch.push({ key: `key-${(next * step) % keys}`, value: VALUE });
    log.append(batch);
  }
  log.roll();
}

async function compactionRate(path, shape, held) {
  fs.rmSync(path, { recursive: true, force: true });
  const store = await openStore(path);
  try {
    await store.createTopic('keys', { config: CONFIG });
    const log = store.partition('keys', 0);
    fill(log, shape);
    await log.flush();
    const { size } = log;
    const delays = new Delays();
    const began = performance.now();
    const { recordsKept, recordsRead } = await store.compact('keys', 0);
    const elapsed = performance.now() - began;
    held.push(delays.end());
    if (recordsRead !== shape.records || recordsKept !== shape.keys)
      throw new Error(
        `compaction kept ${recordsKept} of ${recordsRead} records, expected ${shape.keys} of ${shape.records}`,
      );
    return (size * 1000) / elapsed;
  } finally {
    await store.close();
    fs.rmSync(path, { recursive: true, force: true });
  }
}

/** One thread over a log of the same records: reads, hashes, writes, syncs. */
async function rewriteRate(path, records, hash) {
  fs.rmSync(path, { recursive: true, force: true });
  const store = await openStore(path);
  await store.createTopic('keys', { config: CONFIG });
  fill(store.partition('keys', 0), { records, keys: records });
  await store.close();
  const log = join(path, 'keys-0', `${'0'.repeat(20)}.log`);
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  const began = performance.now();
  const [from, to] = [fs.openSync(log, 'r'), fs.openSync(`${log}.copy`, 'w')];
  let size = 0;
  for (let length; (length = fs.readSync(from, chunk, 0, CHUNK, size)) > 0; size += length) {
    const part = chunk.subarray(0, length);
    hash(part);
    fs.writeSync(to, part, 0, length, size);
  }
  fs.fdatasyncSync(to);
  fs.closeSync(from);
  fs.closeSync(to);
  const elapsed = performance.now() - began;
  fs.rmSync(path, { recursive: true, force: true });
  return (size * 1000) / elapsed;
}

/** How long each turn of the event loop was held, in milliseconds: a timer of one that asks the clock. */
class Delays {
  #histogram = monitorEventLoopDelay({ resolution: 1 });

  constructor() {
    this.#histogram.enable();
  }

  end() {
    this.#histogram.disable();
    // The interval of the timer is no delay.
    const at = (percentile) => Math.max(0.001, this.#histogram.percentile(percentile) / 1e6 - 1);
    return Array.from({ length: 1000 }, (_, i) => at(Math.max(0.1, (i + 1) / 10)));
  }
}

async function idleDelays(ms) {
  const delays = new Delays();
  await setTimeout(ms);
  return delays.end();
}
