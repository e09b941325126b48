/**
 * What a log should be, as an array: every record that it has or had since its last restart, by offset. What compaction took keeps its place in it.
 */
import { deepStrictEqual } from 'node:assert';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import type { LogRecord } from '#millrace/record/record.js';
import type { Random } from '../support/random.ts';

export interface ModelRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array | null])[];
  readonly epoch: number;
  /** Offset of the first record of its batch. */
  batchBase: number;
  /** Compaction took it; or it may have, and nobody has looked yet. */
  fate: 'stays' | 'gone' | 'may be gone';
  /** Of one that compaction takes: the newest with its key, or itself. */
  outdatedBy: number;
}

/** What recovery may find. */
export interface Bounds {
  readonly start: readonly [least: number, most: number];
  readonly end: readonly [least: number, most: number];
}

export class LogModel {
  /** Offset of `records[0]`. */
  base = 0;
  records: ModelRecord[] = [];
  start = 0;
  /** The largest start so far: records between it and a start that recovery moved back have come back, their epochs need not have. */
  deletedTo = 0;

  get end(): number {
    return this.base + this.records.length;
  }

  at(offset: number): ModelRecord {
    return this.records[offset - this.base];
  }

  /** Those from `offset` on that compaction left. */
  from(offset: number): ModelRecord[] {
    return this.records.slice(Math.max(0, offset - this.base)).filter(({ fate }) => fate !== 'gone');
  }

  /** The first one at or past `offset`; null where there is none. */
  next(offset: number): ModelRecord | null {
    for (let at = Math.max(offset, this.base); at < this.end; at++) {
      const record = this.at(at);
      if (record.fate !== 'gone') return record;
    }
    return null;
  }

  restart(offset: number): void {
    this.records = [];
    this.base = offset;
    this.start = offset;
    this.deletedTo = offset;
  }

  cut(end: number): void {
    this.records.length = Math.max(0, end - this.base);
  }

  firstAtOrAfter(timestamp: number): ModelRecord | null {
    return this.from(this.start).find((record) => record.timestamp >= timestamp) ?? null;
  }

  maxTimestamp(): ModelRecord | null {
    let best: ModelRecord | null = null;
    for (const record of this.from(this.start)) {
      if (record.timestamp > (best?.timestamp ?? -1)) best = record;
    }
    return best;
  }
}

export function fail(message: string): never {
  throw new Error(message);
}

export function equal(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) fail(`${what}: found ${String(found)}, expected ${String(expected)}`);
}

function compareRecord(found: LogRecord, expected: ModelRecord): void {
  equal(found.offset, expected.offset, 'offset');
  equal(found.timestamp, expected.timestamp, `timestamp of ${expected.offset}`);
  sameBytes(found.key, expected.key, `key of ${expected.offset}`);
  sameBytes(found.value, expected.value, `value of ${expected.offset}`);
  const headers = found.headers.map((header) => [header.key, header.value === null ? null : Buffer.from(header.value)]);
  if (headers.length > 0 || expected.headers.length > 0) deepStrictEqual(headers, expected.headers);
}

function sameBytes(found: Uint8Array | null, expected: Uint8Array | null, what: string): void {
  if (found === null || expected === null) equal(found, expected, what);
  else if (Buffer.compare(found, expected) !== 0) {
    fail(`${what}: found ${Buffer.from(found).toString('hex')}, expected ${Buffer.from(expected).toString('hex')}`);
  }
}

/** Reads from `offset` once; returns where the next read goes on. */
export function checkRead(log: PartitionLog, model: LogModel, offset: number, maxBytes: number): number {
  const run = log.read(offset, { maxBytes });
  let next = offset;
  let batches = 0;
  for (const batch of run) {
    batch.ensureValid();
    batches++;
    for (const record of batch) {
      const expected = model.next(next);
      equal(record.offset, expected?.offset, `the first record from ${next} on, in a read`);
      compareRecord(record, expected!);
      equal(batch.leaderEpoch, expected!.epoch, `epoch of ${record.offset}`);
      equal(batch.baseOffset, expected!.batchBase, `batch of ${record.offset}`);
      next = record.offset + 1;
    }
    const rest = model.next(next);
    if (rest !== null && rest.offset < batch.nextOffset) fail(`a read of ${offset} misses ${rest.offset}`);
    next = Math.max(next, batch.nextOffset);
  }
  if (batches === 0) {
    equal(model.next(offset)?.offset, undefined, `a read of ${offset} found nothing; the next record is at`);
    next = model.end;
  }
  equal(run.nextOffset, next, 'nextOffset');
  if (batches > 1 && run.size > maxBytes)
    fail(`read of ${offset}: ${run.size} bytes in ${batches} batches, asked for ${maxBytes}`);
  return next;
}

/** Compares all that a reader can see. */
export function checkAll(log: PartitionLog, model: LogModel, random: Random): void {
  equal(log.startOffset, model.start, 'startOffset');
  equal(log.endOffset, model.end, 'endOffset');
  const maxBytes = random.pick([0, 300, 2000, 1 << 20]);
  let next = model.start;
  while (next < model.end) next = checkRead(log, model, next, maxBytes);
  equal(log.read(model.end).size, 0, 'bytes at the end');
  for (let i = 0; i < Math.min(20, model.end - model.start); i++) {
    checkRead(log, model, random.between(model.start, model.end - 1), 1);
  }
  for (let i = 0; i < 5; i++) checkTimestamp(log, model, random.between(0, 6000));
  equal(log.offsetOfMaxTimestamp()?.offset, model.maxTimestamp()?.offset, 'offsetOfMaxTimestamp');
  for (const { offset, epoch } of model.from(Math.max(model.start, model.deletedTo))) {
    equal(log.leaderEpochs.epochAt(offset), epoch, `epochAt(${offset})`);
  }
}

export function checkTimestamp(log: PartitionLog, model: LogModel, timestamp: number): void {
  const found = log.offsetForTimestamp(timestamp);
  const expected = model.firstAtOrAfter(timestamp);
  equal(found?.offset, expected?.offset, `offsetForTimestamp(${timestamp})`);
  equal(found?.timestamp, expected?.timestamp, `timestamp found for ${timestamp}`);
}

/** Accepts a recovered log that lies within bounds, and makes the model what it is. */
export function adopt(log: PartitionLog, model: LogModel, bounds: Bounds): void {
  const within = (value: number, [least, most]: readonly [number, number], what: string): void => {
    if (value < least || value > most) fail(`recovered ${what} ${value}, expected ${least} to ${most}`);
  };
  within(log.startOffset, bounds.start, 'start');
  within(log.endOffset, bounds.end, 'end');
  if (log.startOffset > log.endOffset) fail(`recovered start ${log.startOffset} past the end ${log.endOffset}`);
  if (log.endOffset < model.base || log.startOffset > model.end) model.restart(log.endOffset);
  model.cut(log.endOffset);
  model.start = log.startOffset;
  model.deletedTo = Math.max(model.deletedTo, model.start);
}
