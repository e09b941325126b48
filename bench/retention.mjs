/**
 * Removing 10,000 segments that are due: of one log, and the only one of each of 10,000 logs, which a new one takes the place of. First until
 * `retain` resolves: the log starts are durable and nobody sees the segments any more. Then until their files are gone too, which a thread removes.
 * Beside it, what the file system alone takes: unlinking as many files of the same sizes, or creating as many as there are logs, one after another on
 * the main thread. And for how long the event loop is held until `retain` resolves; afterwards only the thread works.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { KIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds, quantile } from './harness/rounds.mjs';

const PER_TOPIC = 100;
const UNFLUSHED_MAX = 250;
/** An append to a segment that is full begins the next one. */
const VALUE = Buffer.alloc(900, 1);
/** Nothing happens by itself. */
const clock = { now: () => Date.now(), schedule: () => () => undefined };

export async function measure(context) {
  const count = context.pick(10_000, 100);
  // Making the segments takes longer than removing them.
  const rounds = Math.min(context.rounds, 3);
  const store = await openStore(join(context.directory, 'store'), { clock });
  const config = { 'segment.bytes': KIB, 'retention.bytes': 0 };
  await store.createTopic('one', { config });
  const one = [store.partition('one', 0)];
  const many = [];
  for (let topic = 0; topic < count / PER_TOPIC; topic++) {
    await store.createTopic(`many-${topic}`, { partitions: PER_TOPIC, config });
    for (let i = 0; i < PER_TOPIC; i++) many.push(store.partition(`many-${topic}`, i));
  }
  const holds = { one: [], many: [] };
  const gone = { one: [], many: [] };
  const remove = async (logs, name) => {
    await fill(store, logs, count);
    const { elapsed, untilGone, held } = await timeRetention(store, logs, count);
    holds[name].push(quantile(held, 0.99));
    gone[name].push(untilGone);
    return elapsed;
  };
  const figures = await inRounds(
    { ...context, rounds },
    {
      one: () => remove(one, 'one'),
      many: () => remove(many, 'many'),
      files: () => unlinkFiles(join(context.directory, 'files'), count),
      created: () => createFiles(join(context.directory, 'created'), count),
    },
  );
  await store.close();

  const files = { what: 'unlink of a log and its two indexes each, synced', figures: figures.files };
  const mark = context.smoke ? null : { of: 'value', atMost: 1000 };
  // A log that has lost its only segment begins another one.
  const created = { what: `creating a file in each of ${count} directories`, figures: figures.created };
  const row = (what, name, baseline) => finding({ what, unit: 'ms', figures: figures[name], baseline, mark });
  // The first is of the round that does not count.
  const rest = (what, name) => finding({ what, unit: 'ms', figures: gone[name].slice(-rounds), baseline: files });
  const hold = (what, name) =>
    finding({
      what,
      unit: 'ms',
      figures: holds[name].slice(-rounds),
      baseline: { what: 'the mark itself', figures: figures[name].map(() => 10) },
      mark: context.smoke ? null : { of: 'value', atMost: 10 },
    });
  return {
    sizes: `${count} segments of 1 KiB, in one log and in ${count} logs of ${count / PER_TOPIC} topics`,
    findings: [
      row('of one log', 'one', files),
      rest('until its files are gone', 'one'),
      hold('event loop held meanwhile, p99', 'one'),
      row(`of ${count} logs, one each`, 'many', created),
      rest('until their files are gone', 'many'),
      hold('event loop held meanwhile, p99', 'many'),
    ],
  };
}

/** Appends a record to each log in turn, `count` in all; all of it is on the disk then. */
async function fill(store, logs, count) {
  for (let i = 0; i < count; i++) {
    logs[i % logs.length].append([{ value: VALUE }]);
    // Segments that were ended hold descriptors until they have been flushed.
    if (i % UNFLUSHED_MAX === UNFLUSHED_MAX - 1) await logs[i % logs.length].flush();
  }
  await store.checkpoint();
}

/** An empty one beside what another one has in each of as many directories. */
function createFiles(directory, count) {
  for (let i = 0; i < count; i++) {
    fs.mkdirSync(join(directory, `${i}`), { recursive: true });
    fs.writeFileSync(join(directory, `${i}`, 'first'), VALUE);
  }
  execFileSync('sync');
  const began = performance.now();
  for (let i = 0; i < count; i++) fs.closeSync(fs.openSync(join(directory, `${i}`, 'second'), 'wx'));
  const elapsed = performance.now() - began;
  fs.rmSync(directory, { recursive: true });
  return elapsed;
}

/** Time of a check that removes `count` segments of `logs`, until their files are gone, and between two turns of the event loop in that. */
async function timeRetention(store, logs, count) {
  const before = store.statistics.retention.segments;
  const held = [];
  const began = performance.now();
  const watch = { turned: began, immediate: null };
  const turn = () => {
    const now = performance.now();
    held.push(now - watch.turned);
    watch.turned = now;
    watch.immediate = setImmediate(turn);
  };
  watch.immediate = setImmediate(turn);
  await store.retain();
  clearImmediate(watch.immediate);
  const elapsed = performance.now() - began;
  await Promise.all(logs.map((log) => log.removed()));
  const untilGone = performance.now() - began;
  const removed = store.statistics.retention.segments - before;
  if (removed !== count) throw new Error(`${removed} segments were removed, expected ${count}`);
  return { elapsed, untilGone, held };
}

/** As many files as segments have, and as large. */
function unlinkFiles(directory, count) {
  fs.mkdirSync(directory);
  const sizes = { log: VALUE.length + 80, index: 0, timeindex: 12 };
  const paths = [];
  for (let i = 0; i < count; i++) {
    for (const [suffix, size] of Object.entries(sizes)) {
      const path = join(directory, `${i}.${suffix}`);
      fs.writeFileSync(path, Buffer.alloc(size, 1));
      paths.push(path);
    }
  }
  // As those of segments are: a file that never reached the disk goes many times as fast.
  execFileSync('sync');
  const began = performance.now();
  for (const path of paths) fs.unlinkSync(path);
  const elapsed = performance.now() - began;
  fs.rmdirSync(directory);
  return elapsed;
}
