/**
 * Writes a producer's records into batches of one partition's log, of which one is open at a time.
 *
 * What goes wrong it throws, and tries nothing again: then the record is in no batch, and a batch that could not be sealed for a reason that may
 * pass is open still. What to do about it the lane knows (`partition-lane.ts`), which is also asked to seal a batch that has got full.
 */
import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { isMillraceError } from '../errors.ts';
import { BATCH_HEADER_SIZE } from '../limits.ts';
import type { OpenBatch } from '../log/open-batch.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Timestamp, TopicPartition } from '../types.ts';
import type { ArraySend, Delivery } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import type { Linger } from './linger.ts';
import { PartitionSequences } from './partition-sequences.ts';
import type { ProducerRecord } from './partitioner.ts';
import { type BatchPlace, ProducerBatch } from './producer-batch.ts';
import type { CheckedProducerOptions } from './producer-options.ts';
import type { ProducerIdentity } from './producer-identity.ts';
import type { SealReason } from './producer-statistics.ts';
import { isRetriable } from './retry-policy.ts';
import type { TopicLogs } from './topic-logs.ts';

/** What the writers of a producer share. */
export interface WriterContext {
  readonly logs: TopicLogs;
  readonly clock: Clock;
  readonly options: CheckedProducerOptions;
  readonly ledger: Ledger;
  readonly linger: Linger;
  /** Null for a producer that is not idempotent. */
  readonly identity: ProducerIdentity | null;
  /** A batch of this partition has ended, or could not be opened. */
  ended(partition: TopicPartition): void;
}

/** The partition that a writer writes to, and who is told of its batches. */
export interface WriterPlace extends BatchPlace {
  /** Of retries, so far. */
  readonly round: number;
}

export class PartitionWriter {
  readonly #place: WriterPlace;
  readonly #context: WriterContext;
  readonly #sequences: PartitionSequences | null;
  #log: PartitionLog | null = null;
  #batch: ProducerBatch | null = null;

  constructor(place: WriterPlace, context: WriterContext) {
    this.#place = place;
    this.#context = context;
    this.#sequences = context.identity === null ? null : new PartitionSequences(context.identity);
  }

  /** The last one that was opened, unless it has ended. */
  get batch(): ProducerBatch | null {
    return this.#batch;
  }

  /** Every batch is flushed when it is sealed (`flush.messages`). */
  get flushesEach(): boolean {
    return this.#log!.settings.flushMessages <= 1;
  }

  /** Writes records[index] of a send at `now`, of at most `size` bytes. */
  add(record: ProducerRecord, delivery: Delivery, index: number, size: number, now: Timestamp): void {
    let batch = this.#openBatch();
    if (!this.#fits(batch, size)) {
      this.seal('size');
      batch = this.#openBatch();
    }
    let before = batch.open!.size;
    if (!batch.open!.add(record, now)) {
      this.seal('full');
      batch = this.#openBatch();
      before = batch.open!.size;
      const isAdded = batch.open!.add(record, now);
      assert(isAdded, 'a record that an empty batch does not take');
    }
    const { timestamp = now } = record;
    batch.added(delivery, { index, count: 1, timestamp, bytes: size });
    this.#grown(batch, before);
  }

  /**
   * Writes records from index `from` of a send on, up to `to`, as far as they go into the open batch together; returns the index of the first
   * that did not. That one is for `add`, which also says what is wrong with it: nothing is thrown here.
   */
  addRun({ records, sizes, delivery, now }: ArraySend, from: number, to: number): number {
    if (!this.#hasBatch()) return from;
    const batch = this.#batch!;
    const open = batch.open!;
    const before = open.size;
    const { batchSize } = this.#context.options;
    let end = from;
    for (let size = before; end < to; end++) {
      size += sizes[end];
      if (size > batchSize || records[end].timestamp !== undefined) break;
    }
    if (end === from) return from;
    const next = open.addAll(records, from, end, now);
    if (next === from) return from;
    let bytes = 0;
    for (let i = from; i < next; i++) bytes += sizes[i];
    batch.added(delivery, { index: from, count: next - from, timestamp: now, bytes });
    this.#grown(batch, before);
    return next;
  }

  /** A record of `size` bytes would make the open batch larger than asked for. */
  isFullFor(size: number): boolean {
    return this.#batch !== null && !this.#fits(this.#batch, size);
  }

  /** Seals the open batch, if it has a record. Throws when it could not be sealed and is open still. */
  seal(reason: SealReason): void {
    const batch = this.#batch;
    if (batch === null || !batch.isOpen || batch.count === 0) return;
    batch.reason = reason;
    try {
      batch.open!.seal();
    } catch (error) {
      // Otherwise the batch has been told, and its senders by it.
      if (!batch.isOpen) return;
      if (isRetriable(error)) {
        if (batch.stuckSince < 0) batch.stuckSince = this.#place.round;
        throw error;
      }
      batch.open!.discard(error as Error);
    }
  }

  /** A batch was sealed, or is lost. */
  ended(batch: ProducerBatch, isSealed: boolean): void {
    if (isSealed) this.#sequences?.sealed(batch.count);
    if (this.#batch === batch) this.#batch = null;
    this.#context.linger.closed(batch);
  }

  /** Records were added to a batch that had `before` bytes. */
  #grown(batch: ProducerBatch, before: number): void {
    const { linger, ledger, options } = this.#context;
    const { size } = batch.open!;
    ledger.counters.bytes += size - before;
    batch.size = size;
    if (size >= options.batchSize) this.#place.seal('size');
    else if (before === BATCH_HEADER_SIZE) linger.opened(batch);
  }

  /** There is an open batch, also when one had to be opened. Where that fails, `add` will find out why. */
  #hasBatch(): boolean {
    try {
      this.#openBatch();
      return true;
    } catch {
      return false; // It comes again.
    }
  }

  #fits(batch: ProducerBatch, size: number): boolean {
    return batch.count === 0 || !batch.isOpen || batch.open!.size + size <= this.#context.options.batchSize;
  }

  /** The batch that is open; a new one where there is none, or somebody else has sealed it. */
  #openBatch(): ProducerBatch {
    const batch = this.#batch;
    if (batch !== null && batch.isOpen) return batch;
    const { clock, ledger, logs } = this.#context;
    const { topic, partition } = this.#place;
    try {
      if (this.#log === null || this.#log.isClosed) this.#log = logs.partition(topic, partition);
      const opened = new ProducerBatch(this.#place, ledger, clock.now());
      opened.open = this.#openIn(this.#log, opened);
      this.#batch = opened;
      return opened;
    } catch (error) {
      // Records without a key go to another partition then.
      this.#context.ended(this.#place);
      throw error;
    }
  }

  #openIn(log: PartitionLog, owner: ProducerBatch): OpenBatch {
    const options = { owner, compression: this.#context.options.compression };
    const sequences = this.#sequences;
    if (sequences === null) return log.openBatch(options);
    try {
      return log.openBatch({ ...options, producer: sequences.stamp() });
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE')) throw error;
      // The log was cut, and has forgotten what was acknowledged. What is to be written now stands in no log.
      sequences.lost();
      return log.openBatch({ ...options, producer: sequences.stamp() });
    }
  }
}
