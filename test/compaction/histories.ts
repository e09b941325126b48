/**
 * What the tests of compaction share: a compacted log on a file system in memory, random histories for it, and a plain model that says which
 * records survive.
 *
 * The model is written from Kafka's documentation and sources with maps and arrays, and knows nothing of files, hashes or buffers.
 */
import type { PartitionLog, RecordInput, Store, StoreOptions } from '#millrace/main.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import type { RecordBatch } from '#millrace/record/record-batch.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import type { Random } from '../support/random.ts';
import { openInMemory } from '../store/store-fixture.ts';

export interface Kept {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: string;
}

export interface KeptBatch {
  readonly isControl: boolean;
  readonly producerId: number;
  readonly isTransactional: boolean;
  /** The delete horizon, or null. */
  readonly horizon: number | null;
  readonly lastOffset: number;
  readonly records: readonly Kept[];
}

export const TOPIC = 'keys';

/** A store in memory with one compacted log, on a clock of the test's. */
export class CompactedLog {
  readonly clock: FakeClock;
  system: MemoryFileSystem;
  store!: Store;
  readonly #options: StoreOptions & { readOnly?: false };

  private constructor(options: StoreOptions & { readOnly?: false }, system: MemoryFileSystem) {
    this.clock = new FakeClock();
    this.system = system;
    this.#options = options;
  }

  static async create(
    config: Record<string, number | string> = {},
    options: StoreOptions & { readOnly?: false } = {},
  ): Promise<CompactedLog> {
    const rig = new CompactedLog(options, new MemoryFileSystem());
    await rig.open();
    await rig.store.createTopic(TOPIC, {
      config: { 'cleanup.policy': 'compact', 'segment.bytes': 1024, 'index.interval.bytes': 200, ...config },
    });
    return rig;
  }

  get log(): PartitionLog {
    return this.store.partition(TOPIC, 0);
  }

  async open(system = this.system): Promise<void> {
    this.system = system;
    // Left alone by the compactor's own timer: the clock stands still.
    ({ store: this.store } = await openInMemory(system, { clock: this.clock, ...this.#options }));
  }

  async reopen(): Promise<void> {
    await this.store.close();
    await this.open();
  }

  batches(): KeptBatch[] {
    return batchesOf(this.log);
  }

  records(): Kept[] {
    return this.batches().flatMap(({ records }) => records);
  }
}

/** All batches of a log from an offset on, one read at a time as a consumer would. */
export function batchesOf(log: PartitionLog, from = log.startOffset): KeptBatch[] {
  const batches: KeptBatch[] = [];
  for (let offset = from; offset < log.endOffset;) {
    const run = log.read(offset, { maxBytes: 500 });
    for (const batch of run) {
      batch.ensureValid();
      batches.push(keptBatch(batch));
    }
    if (run.nextOffset <= offset) throw new Error(`a read at ${offset} goes on at ${run.nextOffset}`);
    offset = run.nextOffset;
  }
  return batches;
}

export function keptBatch(batch: RecordBatch): KeptBatch {
  return {
    isControl: batch.isControl,
    producerId: batch.producerId,
    isTransactional: batch.isTransactional,
    horizon: batch.hasDeleteHorizon ? batch.baseTimestamp : null,
    lastOffset: batch.lastOffset,
    records: Array.from(batch, (record) => ({
      offset: record.offset,
      timestamp: record.timestamp,
      key: record.key === null ? null : record.key.toString('latin1'),
      value: record.value === null ? null : record.value.toString('latin1'),
      headers: JSON.stringify(Array.from(record.headers, ({ key, value }) => [key, String(value)])),
    })),
  };
}

export interface ModelRules {
  readonly firstDirtyOffset: number;
  readonly bound: number;
  readonly now: number;
  readonly deleteRetentionMs: number;
}

/** What one pass makes of batches when all keys fit into the map. Batches without records are left out. */
export function compactModel(batches: readonly KeptBatch[], rules: ModelRules): KeptBatch[] {
  const { firstDirtyOffset, bound, now, deleteRetentionMs } = rules;
  const aborted = abortedIn(batches);
  const newest = new Map<string, number>();
  for (const batch of batches) {
    for (const { key, offset } of batch.isControl || aborted.has(batch) ? [] : batch.records)
      if (key !== null && offset >= firstDirtyOffset && offset < bound) newest.set(key, offset);
  }
  const open = new Set<number>();
  return batches.flatMap((batch) => {
    if (batch.lastOffset >= bound) return [batch];
    const isPast = batch.horizon !== null && batch.horizon <= now;
    if (batch.isControl) {
      const isOver = batch.records.length === 0 || !open.delete(batch.producerId);
      if (!isOver) return [batch];
      return isPast ? [] : [{ ...batch, horizon: batch.horizon ?? now + deleteRetentionMs }];
    }
    // A batch that lost its records is still one of its transaction.
    if (batch.isTransactional) open.add(batch.producerId);
    if (aborted.has(batch)) return [];
    const records = batch.records.filter(
      ({ key, offset, value }) => key !== null && offset >= (newest.get(key) ?? -1) && (value !== null || !isPast),
    );
    if (records.length === 0) return [];
    const hasTombstone = records.some(({ value }) => value === null);
    const horizon = batch.horizon ?? (hasTombstone ? now + deleteRetentionMs : null);
    return [{ ...batch, records, horizon }];
  });
}

/** Batches of data whose transaction ends with an abort. */
function abortedIn(batches: readonly KeptBatch[]): Set<KeptBatch> {
  const aborted = new Set<KeptBatch>();
  const open = new Map<number, KeptBatch[]>();
  for (const batch of batches) {
    const { isControl, isTransactional, producerId, records } = batch;
    if (isControl) {
      // The type stands at the end of the key: 0 is an abort.
      if (records[0]?.key?.endsWith('\0') === true) for (const each of open.get(producerId) ?? []) aborted.add(each);
      open.delete(producerId);
    } else if (isTransactional) open.set(producerId, [...(open.get(producerId) ?? []), batch]);
  }
  return aborted;
}

/** Batches with records; those without are left to the implementation's needs. */
export function withRecords(batches: readonly KeptBatch[]): KeptBatch[] {
  return batches.filter(({ records }) => records.length > 0);
}

const codecs = ['none', 'none', 'gzip', 'snappy', 'lz4'] as const;

/** Ends the transactions that are open: what is not decided is not compacted. */
export function settle(random: Random, log: PartitionLog, clock: FakeClock): void {
  for (const producerId of [1, 2, 3]) end(random, log, clock, producerId);
}

function end(random: Random, log: PartitionLog, clock: FakeClock, producerId: number): void {
  const producer = { producerId, producerEpoch: 0, leaderEpoch: 0, coordinatorEpoch: 0 };
  const type = random.chance(0.4) ? 'abort' : 'commit';
  const marker = encodeControlBatch({ type, ...producer, baseOffset: log.endOffset, timestamp: clock.now() });
  log.appendBatches(marker, { from: 'leader' });
}

/** Appends something to a log: records, a part of a transaction or its end, a roll. */
export function act(random: Random, log: PartitionLog, clock: FakeClock, keys = 12): void {
  clock.advance(random.between(0, 40));
  const what = random.fraction();
  if (what < 0.08) return log.roll();
  const records = Array.from({ length: random.between(1, 8) }, (): RecordInput => ({
    key: random.chance(0.05) ? null : `key-${random.between(0, keys - 1)}`.padEnd(random.between(5, 20), '.'),
    value: random.chance(0.2) ? null : random.bytes(random.between(0, 60)),
    headers: random.chance(0.2) ? { source: 'web', none: null } : {},
    timestamp: clock.now() - random.between(0, 100),
  }));
  const compression = random.pick(codecs);
  if (what < 0.75) {
    const { settings } = log;
    // Only before its topic was compacted could a log come to have records without keys.
    log.configure({ ...settings, compact: false });
    log.append(records, { compression });
    log.configure(settings);
    return;
  }
  const producerId = random.between(1, 3);
  if (random.chance(0.5)) return end(random, log, clock, producerId);
  const [batch] = encodeBatches(records, {
    baseOffset: log.endOffset,
    leaderEpoch: 0,
    producerId,
    producerEpoch: 0,
    timestamp: clock.now(),
    timestampType: 'CreateTime',
    batchBytesMax: 1 << 20,
    compression,
    transactional: true,
  });
  log.appendBatches(batch, { from: 'leader' });
}
