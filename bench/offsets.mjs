/**
 * Committed offsets: loading those of 10,000 groups from a log on disk, and the memory that they take; commits until they are seen, one after another; and
 * until they are on stable storage, by 64 groups at once. What is measured is what lies below a coordinator: records, log and table.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { systemClock } from '#millrace/clock.js';
import { commitRecords } from '#millrace/group/commit-records.js';
import { OffsetReader } from '#millrace/group/offset-reader.js';
import { MIB } from './harness/data.mjs';
import { writeDurably } from './harness/durable-writers.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const TOPIC = '__consumer_offsets';
const PARTITIONS = 10;
const COMMITTERS = 64;

export async function measure(context) {
  const groups = context.pick(10_000, 50);
  const commits = context.pick(100_000, 500);
  const timeMs = context.pick(1_000, 50);
  const path = join(context.directory, 'store');
  await fill(path, groups);
  const store = await openStore(path);
  const config = { 'cleanup.policy': 'compact' };
  await store.createTopic('committed', { partitions: 3, config });
  await store.createTopic('written');
  const [visible, durable, plain] = [0, 1, 2].map((partition) => store.partition('committed', partition));
  const loaded = store.partition(TOPIC, 0);
  const memory = [];

  const figures = await inRounds(context, {
    load: () => load(loaded, groups, memory),
    walk: () => walk(loaded),
    visible: () => commitVisibly(visible, commits),
    appends: () => append(plain, commits),
    durable: () => commitDurably(durable, timeMs),
    writers: async () => (await writeDurably([store.partition('written', 0)], { writers: COMMITTERS, timeMs })).rate,
  });
  await store.close();

  const mark = (rule) => (context.smoke ? null : rule);
  const bytes = memory.slice(-context.rounds);
  return {
    sizes: `${groups} groups, ${PARTITIONS} offsets each, in a log of ${(loaded.size / MIB).toFixed(1)} MiB, a batch a group; ${commits} commits a round, and ${timeMs} ms of durable ones`,
    findings: [
      finding({
        what: `load of ${groups * PARTITIONS} offsets`,
        unit: 'ms',
        figures: figures.load,
        baseline: { what: 'a walk over the records of the log', figures: figures.walk },
        mark: mark({ of: 'value', atMost: 1000 }),
      }),
      finding({
        what: 'memory of them',
        unit: 'MB',
        figures: bytes.map((each) => each / 1e6),
        baseline: { what: 'bytes of the log', figures: bytes.map(() => loaded.size / 1e6) },
        mark: mark({ of: 'value', atMost: 100 }),
      }),
      finding({
        what: 'commits until they are seen',
        unit: 'commits/s',
        figures: figures.visible,
        baseline: { what: 'log.append of one such record', figures: figures.appends },
        mark: mark({ of: 'value', atLeast: 20_000 }),
      }),
      finding({
        what: `durable commits of ${COMMITTERS} groups`,
        unit: 'commits/s',
        figures: figures.durable,
        baseline: { what: `durable appends of ${COMMITTERS} writers`, figures: figures.writers },
      }),
    ],
  };
}

function recordsOf(group, partitions, offset) {
  const topic = `topic-${group % 100}`;
  const offsets = partitions.map((partition) => ({ topic, partition, offset, leaderEpoch: 3 }));
  const commit = { groupId: `consumers-of-${group}`, offsets, now: Date.now(), metadataMax: 4096 };
  return commitRecords(commit).records;
}

async function fill(path, groups) {
  const store = await openStore(path);
  await store.createTopic(TOPIC, { config: { 'cleanup.policy': 'compact' } });
  const log = store.partition(TOPIC, 0);
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  // Beyond 32 bits, as offsets of busy topics are.
  for (let group = 0; group < groups; group++) log.append(recordsOf(group, partitions, 5e9 + group));
  await store.close();
}

function readerOf(log) {
  return new OffsetReader(log, { clock: systemClock, deleteRetentionMs: log.settings.deleteRetentionMs });
}

async function load(log, groups, memory) {
  const before = heap();
  const reader = readerOf(log);
  const began = performance.now();
  const table = await reader.read();
  const elapsed = performance.now() - began;
  memory.push(heap() - before);
  if (table.count !== groups * PARTITIONS) throw new Error(`${table.count} offsets were loaded`);
  return elapsed;
}

function heap() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function walk(log) {
  const began = performance.now();
  let bytes = 0;
  for (let offset = log.startOffset; offset < log.endOffset;) {
    for (const batch of await log.readAsync(offset)) {
      const cursor = batch.cursor();
      while (cursor.next()) bytes += cursor.keySize + cursor.valueSize;
      offset = batch.nextOffset;
    }
  }
  if (bytes === 0) throw new Error('nothing was read');
  return performance.now() - began;
}

/** A commit of one offset, appended, read again from the log and seen, and the next. */
async function commitVisibly(log, count) {
  const reader = readerOf(log);
  await reader.read();
  const began = performance.now();
  for (let i = 0; i < count; i++) {
    const group = i % 1000;
    log.append(recordsOf(group, [0], i));
    const found = reader.catchUp().find(`consumers-of-${group}`, `topic-${group % 100}`, 0);
    if (found.offset !== i) throw new Error(`${found.offset} was seen, ${i} was committed`);
  }
  return (count * 1000) / (performance.now() - began);
}

function append(log, count) {
  const records = recordsOf(0, [0], 0);
  const began = performance.now();
  for (let i = 0; i < count; i++) log.append(records);
  return (count * 1000) / (performance.now() - began);
}

/** Each of the groups waits for its commit before the next one. */
async function commitDurably(log, timeMs) {
  const reader = readerOf(log);
  await reader.read();
  let count = 0;
  const began = performance.now();
  const commit = async (group) => {
    for (let i = 0; performance.now() < began + timeMs; i++, count++) {
      await log.append(recordsOf(group, [0], i)).durable;
      reader.catchUp();
    }
  };
  await Promise.all(Array.from({ length: COMMITTERS }, (_, group) => commit(group)));
  return (count * 1000) / (performance.now() - began);
}
