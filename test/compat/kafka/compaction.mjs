/**
 * The same log compacted by Kafka's own cleaner and by ours, round by round: what survives is the same, batch by batch, and what is not compressed is the
 * same to the byte. Then each reads what the other has compacted.
 *
 * Transactions, committed, aborted and across segments; idempotent producers; tombstones and markers before and after their horizon; records without
 * a key; all codecs; LogAppendTime. Both logs get the same batches from our engine before each round.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cleanableRange } from '#millrace/compaction/cleanable-range.js';
import { newControl } from '#millrace/compaction/compaction-control.js';
import { compactionExecutor } from '#millrace/compaction/compaction-executor.js';
import { compactOnce } from '#millrace/compaction/log-compaction.js';
import { lastRecords } from '#millrace/compaction/stable-part.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { dumpGate } from './dump-gate.mjs';
import { report, withStore } from './engine.mjs';
import { firstDifference, readAll } from './log-report.mjs';
import { holds, same } from './tally.mjs';
import { HAS_ZSTD, Random } from './workload.mjs';

const TOPIC = 'compacted';
const NAME = `${TOPIC}-0`;
const ROUNDS = 4;
const HISTORIES = 6;
const DELETE_RETENTION_MS = 60_000;
const CODECS = ['gzip', 'snappy', 'lz4', ...(HAS_ZSTD ? ['zstd'] : [])];

/** What is appended in all rounds of one history, and what becomes of it: a writer that knows its producers. */
class Writer {
  #random;
  #timestampType;
  #sequences = new Map();
  #open = new Set();
  now;

  constructor(random, timestampType, now) {
    this.#random = random;
    this.#timestampType = timestampType;
    this.now = now;
  }

  /** Steps as plain data, so that they can be done to two logs: batches, and rolls (null). */
  round(endOffset) {
    const steps = [];
    let next = endOffset;
    for (let i = 0; i < 60; i++) {
      this.now += this.#random.below(200);
      if (this.#random.below(9) === 0) steps.push(null);
      const batch = this.#random.below(5) === 0 ? this.#marker(next) : this.#data(next);
      if (batch === null) continue;
      steps.push(batch.bytes);
      next += batch.offsets;
    }
    // Nothing stays open over the end of a round: what is not decided is not compacted.
    for (const producerId of this.#open) steps.push(this.#end(producerId, next++).bytes);
    steps.push(null);
    return steps;
  }

  #marker(baseOffset) {
    const open = [...this.#open];
    return open.length === 0 ? null : this.#end(this.#random.pick(open), baseOffset);
  }

  #end(producerId, baseOffset) {
    this.#open.delete(producerId);
    const type = this.#random.below(2) === 0 ? 'abort' : 'commit';
    const marker = { type, coordinatorEpoch: 0, producerId, producerEpoch: 0, baseOffset, leaderEpoch: 0 };
    return { bytes: encodeControlBatch({ ...marker, timestamp: this.now }), offsets: 1 };
  }

  #data(baseOffset) {
    const random = this.#random;
    const records = Array.from({ length: 1 + random.below(10) }, () => ({
      key: random.below(20) === 0 ? null : `key-${random.below(40)}`,
      value: random.below(5) === 0 ? null : random.bytes(random.below(150)),
      headers: random.below(4) === 0 ? [['trace', random.bytes(random.below(20))]] : [],
      timestamp: this.now - random.below(3000),
    }));
    // Producers 1 to 3 write transactions, 4 and 5 are idempotent, 0 is nobody.
    const producer = random.below(6);
    const options = producer === 0 ? {} : this.#producer(producer, records.length);
    const [bytes] = encodeBatches(records, {
      baseOffset,
      leaderEpoch: 0,
      timestamp: this.now,
      timestampType: this.#timestampType,
      batchBytesMax: 1 << 20,
      compression: random.below(2) === 0 ? 'none' : random.pick(CODECS),
      ...options,
    });
    return { bytes, offsets: records.length };
  }

  #producer(producerId, count) {
    const baseSequence = this.#sequences.get(producerId) ?? 0;
    this.#sequences.set(producerId, baseSequence + count);
    const transactional = producerId <= 3;
    if (transactional) this.#open.add(producerId);
    return { producerId, producerEpoch: 0, baseSequence, transactional };
  }
}

function append(store, steps) {
  return withStore(store, async (opened) => {
    const log = opened.partition(TOPIC, 0);
    for (const step of steps) {
      if (step === null) log.roll();
      else log.appendBatches(step, { from: 'leader' });
    }
    await log.flush();
    return log.endOffset;
  });
}

/** Our compaction, which must know the same of the producers as Kafka does. */
function compactOurs(store, { firstDirtyOffset, now, producers }) {
  return withStore(store, async (opened) => {
    const log = opened.partition(TOPIC, 0);
    const system = new DiskFileSystem();
    const executor = compactionExecutor(system);
    const byId = (all) => all.toSorted((a, b) => a.producerId - b.producerId);
    same('what producers wrote last', byId(lastRecords(log)), byId(producers));
    const range = cleanableRange(log, firstDirtyOffset, now);
    const work = { system, executor, control: newControl(0), bufferBytes: 1 << 22 };
    const pass = await compactOnce(log, range, { ...work, now });
    await executor.close();
    return pass.endOffset;
  });
}

const hasRecords = (batch) => batch.records.length > 0;

/** Size and checksum of a batch that is compressed are the codec's own affair. */
function comparable(batch) {
  return batch.codec === 'none' ? batch : { ...batch, size: null, crc: null };
}

function compareBatches(ours, theirs) {
  const difference = firstDifference(
    ours.filter(hasRecords).map(comparable),
    theirs.filter(hasRecords).map(comparable),
  );
  holds(difference === null, difference);
  // Kafka 4.2 keeps the last batch of each round although it is empty, later ones do not (KAFKA-20452).
  const empty = new Set(theirs.filter((batch) => !hasRecords(batch)).map(({ lastOffset }) => lastOffset));
  const surplus = ours.filter((batch) => !hasRecords(batch) && !empty.has(batch.lastOffset));
  same('batches without records that only we kept', surplus, []);
}

/** Both have done the same so far; they do another round. */
async function judgeRound(judge, sides, { writer, firstDirtyOffset, config }) {
  const steps = writer.round(firstDirtyOffset);
  const endOffset = await append(sides.ours, steps);
  same('log end offset', endOffset, await append(sides.theirs, steps));
  const now = (writer.now += DELETE_RETENTION_MS / 2);
  const before = await judge.compact(join(sides.ours, NAME), { config });
  const theirs = await judge.compact(join(sides.theirs, NAME), { config, firstDirtyOffset, now });
  same('producers', before.producers, theirs.producers);
  const cleaned = await compactOurs(sides.ours, { firstDirtyOffset, now, producers: theirs.producers });
  same('clean up to', cleaned, theirs.endOffset);
  const ours = await judge.compact(join(sides.ours, NAME), { config });
  compareBatches(ours.batches, theirs.batches);
  same('producers afterwards', ours.producers, theirs.producers);
  holds(ours.batches.length < before.batches.length, 'nothing was compacted away');
  return cleaned;
}

async function judgeHistory(tally, judge, workshop, root, { history, seed }) {
  const random = new Random(seed + history);
  const timestampType = history % 3 === 2 ? 'LogAppendTime' : 'CreateTime';
  const settings = { 'segment.bytes': random.pick([4096, 8192, 32_768]), 'message.timestamp.type': timestampType };
  const config = { ...settings, 'cleanup.policy': 'compact', 'delete.retention.ms': DELETE_RETENTION_MS };
  const sides = { ours: join(root, `compaction-${history}-ours`), theirs: join(root, `compaction-${history}-theirs`) };
  mkdirSync(sides.ours);
  await withStore(sides.ours, (store) => store.createTopic(TOPIC, { config }));
  cpSync(sides.ours, sides.theirs, { recursive: true });
  // Producers that wrote long ago are forgotten: the records are of today.
  const writer = new Writer(random, timestampType, Date.now());
  let firstDirtyOffset = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await tally.check(`compaction ${history}, round ${round}: what survives is the same`, async () => {
      firstDirtyOffset = await judgeRound(judge, sides, { writer, firstDirtyOffset, config });
    });
  }
  await tally.check(`compaction ${history}: DumpLogSegments`, async () => {
    const { complaints, batches } = await dumpGate(judge, join(sides.ours, NAME));
    // It expects each offset to have a record, and looks for a batch's time in its records, also where none is left.
    same(
      'complaints',
      complaints.filter((each) => !/Non-consecutive offsets in|log timestamp: -1/.test(each)),
      [],
    );
    holds(batches > 0, 'no batch was seen');
  });
  for (const clean of [true, false]) {
    await tally.check(
      `compaction ${history}: Kafka reads ours, ${clean ? 'trusting our indexes' : 'recovering'}`,
      async () => {
        const ours = await report(workshop.copy(sides.ours, 'store'), TOPIC, 0);
        const theirs = await judge.open(workshop.copy(join(sides.ours, NAME), NAME), { clean, config });
        const difference = firstDifference(ours.batches, theirs.batches);
        holds(difference === null, difference);
      },
    );
  }
  await tally.check(`compaction ${history}: we read Kafka's`, async () => {
    const theirs = await judge.compact(workshop.copy(join(sides.theirs, NAME), NAME), { config });
    const ours = await withStore(workshop.copy(sides.theirs, 'store'), (store) => readAll(store.partition(TOPIC, 0)));
    same(
      'offsets of batches',
      ours.map(([first, last, count]) => [first, last, count]),
      theirs.batches.map(({ baseOffset, lastOffset, records }) => [baseOffset, lastOffset, records.length]),
    );
  });
}

export async function judgeCompaction(tally, judge, workshop, root, seed) {
  for (let history = 0; history < HISTORIES; history++) {
    await judgeHistory(tally, judge, workshop, root, { history, seed });
  }
}
