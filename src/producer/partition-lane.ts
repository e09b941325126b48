/**
 * One partition of a producer: the batch that is open in its log, and the records that wait behind one that could not be written.
 *
 * Promises: records are written in the order in which they were added, also when the disk was full meanwhile. What fails for a reason that may
 * pass is tried again until its retries or its time are used up; then it is given up, and what came after it goes on.
 */
import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { BATCH_HEADER_SIZE } from '../limits.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Timestamp } from '../types.ts';
import { Backlog, type WaitingRecord } from './backlog.ts';
import type { ArraySend, Delivery } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import type { Linger } from './linger.ts';
import type { ProducerRecord } from './partitioner.ts';
import { type BatchPlace, ProducerBatch } from './producer-batch.ts';
import type { CheckedProducerOptions } from './producer-options.ts';
import type { SealReason, TopicCounters } from './producer-statistics.ts';
import { backoffMs, isRetriable, reasonToGiveUp } from './retry-policy.ts';
import type { TopicLogs } from './topic-logs.ts';

/** What the lanes of a producer share. */
export interface LaneContext {
  readonly logs: TopicLogs;
  readonly clock: Clock;
  readonly options: CheckedProducerOptions;
  readonly ledger: Ledger;
  readonly linger: Linger;
  /** Lanes that wait for a retry. */
  readonly stalled: Set<PartitionLane>;
  /** 0 when the producer is being closed and must not wait any more. */
  retries: number;
  /** A batch of this lane has ended. */
  ended(lane: PartitionLane): void;
}

export class PartitionLane implements BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly counters: TopicCounters;
  readonly #context: LaneContext;
  #log: PartitionLog | null = null;
  #batch: ProducerBatch | null = null;
  readonly #backlog = new Backlog();
  #cancelRetry: (() => void) | null = null;
  /** Rounds of retries so far, and those since something went well. */
  #round = 0;
  #attempt = 0;

  constructor(context: LaneContext, topic: string, partition: number) {
    this.#context = context;
    this.topic = topic;
    this.partition = partition;
    this.counters = context.ledger.counters.topic(topic);
  }

  get acknowledges(): 'never' | 'visible' | 'flushed' {
    const { acks, durability } = this.#context.options;
    if (acks === 0) return 'never';
    return durability === 'flushed' || this.#log!.settings.flushMessages <= 1 ? 'flushed' : 'visible';
  }

  /** Takes in records[index] of a send at `now`, of at most `size` bytes. What goes wrong is told to the delivery. */
  add(record: ProducerRecord, delivery: Delivery, index: number, size: number, now: Timestamp): void {
    let failure: unknown = null;
    if (this.#cancelRetry === null) {
      try {
        this.#encode(record, delivery, index, size, now);
        return;
      } catch (error) {
        if (!isRetriable(error)) {
          this.#refuse(delivery, size, error);
          return;
        }
        failure = error;
      }
    }
    this.#backlog.push({ record, delivery, index, size, sentAt: now, since: this.#round });
    if (failure !== null) this.#stall(failure);
  }

  /**
   * Takes in records from index `from` of a send on, up to `to`, as far as they go into the open batch together; returns the index of the
   * first that did not. That one is for `add`, which also says what is wrong with it.
   */
  addRun({ records, sizes, delivery, now }: ArraySend, from: number, to: number): number {
    if (this.#cancelRetry !== null || !this.#hasBatch()) return from;
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

  /** Seals the open batch if a record of `size` bytes would make it larger than asked for; true when it did. */
  sealUnlessFits(size: number): boolean {
    const batch = this.#batch;
    if (batch === null || this.#cancelRetry !== null || this.#fits(batch, size)) return false;
    this.seal('size');
    return true;
  }

  /** Seals the open batch, if there is one; while the lane waits for a retry, that will. */
  seal(reason: SealReason): void {
    if (this.#cancelRetry !== null) return;
    try {
      this.#seal(reason);
    } catch (error) {
      this.#stall(error);
    }
  }

  /** Tries again now, without waiting for the time. */
  retry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#context.stalled.delete(this);
    this.#round++;
    this.#context.ledger.counters.retries++;
    try {
      const batch = this.#batch;
      if (batch !== null && batch.stuckSince >= 0) {
        this.counters.retriedRecords += batch.count;
        this.#seal(batch.reason);
      }
      this.#backlog.drain((waiting) => this.#write(waiting));
    } catch (error) {
      this.#stall(error);
    }
    if (this.#cancelRetry !== null) return;
    this.#attempt = 0;
    if (this.#context.ledger.isFlushing) this.seal('flush');
  }

  ended(batch: ProducerBatch, error: Error | null): void {
    const { clock, ledger, linger, options } = this.#context;
    if (this.#batch === batch) this.#batch = null;
    linger.closed(batch);
    if (error === null) ledger.counters.sealed(batch, this.counters, clock.now());
    else if (options.acks === 0) this.#log0(batch.count, error);
    this.#context.ended(this);
  }

  #encode(record: ProducerRecord, delivery: Delivery, index: number, size: number, now: Timestamp): void {
    let batch = this.#openBatch();
    if (!this.#fits(batch, size)) {
      this.#seal('size');
      batch = this.#openBatch();
    }
    let before = batch.open!.size;
    if (!batch.open!.add(record, now)) {
      this.#seal('full');
      batch = this.#openBatch();
      before = batch.open!.size;
      const isAdded = batch.open!.add(record, now);
      assert(isAdded, 'a record that an empty batch does not take');
    }
    const { timestamp = now } = record;
    batch.added(delivery, { index, count: 1, timestamp, bytes: size });
    this.#grown(batch, before);
  }

  /** Records were added to a batch that had `before` bytes. */
  #grown(batch: ProducerBatch, before: number): void {
    const { linger, ledger, options } = this.#context;
    const { size } = batch.open!;
    ledger.counters.bytes += size - before;
    batch.size = size;
    if (size >= options.batchSize) this.seal('size');
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
    const { clock, ledger, logs, options } = this.#context;
    try {
      if (this.#log === null || this.#log.isClosed) this.#log = logs.partition(this.topic, this.partition);
      const opened = new ProducerBatch(this, ledger, clock.now());
      opened.open = this.#log.openBatch({ owner: opened, compression: options.compression });
      this.#batch = opened;
      return opened;
    } catch (error) {
      // Records without a key go to another partition then.
      this.#context.ended(this);
      throw error;
    }
  }

  /** Throws when the batch could not be sealed and is open still. */
  #seal(reason: SealReason): void {
    const batch = this.#batch;
    if (batch === null || !batch.isOpen || batch.count === 0) return;
    batch.reason = reason;
    try {
      batch.open!.seal();
    } catch (error) {
      // Otherwise the batch has been told, and its senders by it.
      if (!batch.isOpen) return;
      if (isRetriable(error)) {
        if (batch.stuckSince < 0) batch.stuckSince = this.#round;
        throw error;
      }
      batch.open!.discard(error as Error);
    }
  }

  /** Adds one of those that wait; false when it filled a batch that could not be sealed. Throws what may pass. */
  #write({ record, delivery, index, size, sentAt }: WaitingRecord): boolean {
    this.counters.retriedRecords++;
    try {
      this.#encode(record, delivery, index, size, sentAt);
    } catch (error) {
      if (isRetriable(error)) throw error;
      this.#refuse(delivery, size, error);
    }
    return this.#cancelRetry === null;
  }

  /** Something failed that may pass: gives up what has been tried for long enough, and waits with the rest. */
  #stall(cause: unknown): void {
    const { clock, options, stalled } = this.#context;
    this.#sealWhatIsThere();
    const now = clock.now();
    const oldest = this.#giveUp(cause, now);
    if (oldest === null) {
      this.#attempt = 0;
      return;
    }
    const left = Math.max(oldest + options.deliveryTimeoutMs - now, 0);
    stalled.add(this);
    this.#cancelRetry = clock.schedule(Math.min(backoffMs(options, this.#attempt++), left), () => this.retry());
  }

  /** Records that stand in a batch need not wait for those that found no room. */
  #sealWhatIsThere(): void {
    if (this.#batch === null || this.#batch.stuckSince >= 0) return;
    try {
      this.#seal('full');
    } catch {
      // The batch is stuck then, and is tried again with the rest.
    }
  }

  /** Gives up what has no retry or no time left. Returns when the oldest of the rest was sent; null when nothing waits any more. */
  #giveUp(cause: unknown, now: Timestamp): Timestamp | null {
    const { options, retries } = this.#context;
    const { deliveryTimeoutMs } = options;
    const { topic, partition } = this;
    const endurance = { now, round: this.#round, retries, deliveryTimeoutMs, cause, topic, partition };
    const batch = this.#batch;
    if (batch !== null && batch.stuckSince >= 0) {
      const reason = reasonToGiveUp({ sentAt: batch.openedAt, since: batch.stuckSince }, endurance);
      if (reason === null) return batch.openedAt;
      batch.open!.discard(reason as Error);
    }
    return this.#backlog.giveUp(endurance, ({ delivery, size }, reason) => this.#refuse(delivery, size, reason));
  }

  #refuse(delivery: Delivery, size: number, error: unknown): void {
    const { ledger, options } = this.#context;
    ledger.failed(delivery, error, this.counters);
    if (options.acks === 0) this.#log0(1, error);
    ledger.giveBack(size);
  }

  /** Nobody else is told. */
  #log0(records: number, error: unknown): void {
    const details = { topic: this.topic, partition: this.partition, records, error };
    this.#context.options.logger.error?.(details, 'records that nobody waits for could not be delivered');
  }
}
