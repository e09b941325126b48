/**
 * What a consumer hands out at once: the records of one partition that one read has brought, as lazy views. (`ConsumerRecords` of one partition;
 * the batch of kafkajs' `eachBatch`.)
 *
 *     for (const record of batch) use(record.offset, record.value);
 *
 * It is made of record batches as they stand in the log, and can be walked more than once; a compressed one is inflated at each walk.
 */
import type { BatchRun } from '../record/batches.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { RecordCursor } from '../record/record-cursor.ts';
import type { LogRecord } from '../record/record.ts';
import type { Offset, TopicPartition } from '../types.ts';
import type { Survey } from './batch-survey.ts';

/** Where a log ended when a batch was read. */
export interface LogEnds {
  readonly highWatermark: Offset;
  /** For who reads it: the last stable offset, or the high watermark. */
  readonly stable: Offset;
}

export class ConsumerBatch implements TopicPartition, Iterable<LogRecord> {
  readonly topic: string;
  readonly partition: number;
  /** Up to where the log could be read when the batch was: its end offset. */
  readonly highWatermark: Offset;
  /** The offset of the first record; after compaction that of the first one that was there. */
  readonly baseOffset: Offset;
  /** The offset of the last record; after compaction that of the last one that was there. */
  readonly lastOffset: Offset;
  /** Where the consumer goes on after this batch; past markers of transactions, so it may be more than `lastOffset + 1`. */
  readonly nextOffset: Offset;
  /** Bytes of its record batches in the log. */
  readonly size: number;
  readonly #end: Offset;
  readonly #run: BatchRun;
  readonly #skipped: ReadonlySet<Offset> | null;

  constructor({ topic, partition }: TopicPartition, run: BatchRun, survey: Survey, ends: LogEnds) {
    this.topic = topic;
    this.partition = partition;
    this.highWatermark = ends.highWatermark;
    this.#end = ends.stable;
    this.baseOffset = survey.baseOffset;
    this.lastOffset = survey.lastOffset;
    this.nextOffset = survey.nextOffset;
    this.size = survey.size;
    this.#run = run;
    this.#skipped = survey.skipped;
  }

  /** How many offsets the log had past this batch: up to its end, or, for a reader of committed records, up to its last stable offset. */
  get lag(): number {
    return Math.max(0, this.#end - this.nextOffset);
  }

  /** The records; the batch is iterable itself too. */
  get records(): Iterable<LogRecord> {
    return this;
  }

  /** The record batches that the records stand in: for walks by cursor, which allocate nothing for each record. */
  *recordBatches(): Generator<RecordBatch, void, undefined> {
    const { nextOffset } = this;
    for (const batch of this.#run) {
      if (batch.baseOffset >= nextOffset) return;
      if (batch.isControl || this.#skipped?.has(batch.baseOffset) === true) continue;
      yield batch;
    }
  }

  [Symbol.iterator](): Iterator<LogRecord> {
    return new ConsumerRecordIterator(this.recordBatches());
  }
}

class ConsumerRecordIterator implements Iterator<LogRecord> {
  readonly #batches: Iterator<RecordBatch, void, undefined>;
  #cursor: RecordCursor | null = null;

  constructor(batches: Iterator<RecordBatch, void, undefined>) {
    this.#batches = batches;
  }

  /** Without a loop: so it becomes a part of the loop that calls it. */
  next(): IteratorResult<LogRecord, undefined> {
    const cursor = this.#cursor;
    if (cursor !== null && cursor.next()) return { done: false, value: cursor.record() };
    return this.#nextBatch();
  }

  #nextBatch(): IteratorResult<LogRecord, undefined> {
    for (;;) {
      const batch = this.#batches.next();
      if (batch.done === true) return { done: true, value: undefined };
      const cursor = batch.value.cursor();
      this.#cursor = cursor;
      if (cursor.next()) return { done: false, value: cursor.record() };
    }
  }
}
