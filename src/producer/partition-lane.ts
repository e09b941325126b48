/**
 * One partition of a producer: the batch that is open in its log, and the records that wait behind one that could not be written.
 *
 * Promises: records are written in the order in which they were added, also when the disk was full meanwhile. What fails for a reason that may
 * pass is tried again until its retries or its time are used up; then it is given up, and what came after it goes on.
 */
import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { MillraceError } from '../errors.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Timestamp } from '../types.ts';
import type { Delivery } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import type { Linger } from './linger.ts';
import type { ProducerRecord } from './partitioner.ts';
import { type BatchPlace, ProducerBatch } from './producer-batch.ts';
import type { CheckedProducerOptions } from './producer-options.ts';
import type { SealReason } from './producer-statistics.ts';
import { Queue } from './queue.ts';
import { backoffMs, isRetriable } from './retry-policy.ts';

/** What a producer asks of the store that it writes to. */
export interface TopicLogs {
  /** Throws UNKNOWN_TOPIC when there is no such topic (any more). */
  partitionCount(topic: string): number;
  /** The log of a partition, open. Throws what opening it throws. */
  partition(topic: string, partition: number): PartitionLog;
}

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

interface Waiting {
  readonly record: ProducerRecord;
  readonly delivery: Delivery;
  readonly index: number;
  readonly size: number;
  readonly sentAt: Timestamp;
  /** The round of retries in which it came. */
  readonly since: number;
}

export class PartitionLane implements BatchPlace {
  readonly topic: string;
  readonly partition: number;
  readonly #context: LaneContext;
  #log: PartitionLog | null = null;
  #batch: ProducerBatch | null = null;
  readonly #backlog = new Queue<Waiting>();
  #cancelRetry: (() => void) | null = null;
  /** Rounds of retries so far, and those since something went well. */
  #round = 0;
  #attempt = 0;

  constructor(context: LaneContext, topic: string, partition: number) {
    this.#context = context;
    this.topic = topic;
    this.partition = partition;
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
      if (this.#batch !== null && this.#batch.stuckSince >= 0) this.#seal(this.#batch.reason);
      this.#drain();
    } catch (error) {
      this.#stall(error);
    }
    if (this.#cancelRetry !== null) return;
    this.#attempt = 0;
    if (this.#context.ledger.isFlushing) this.seal('flush');
  }

  ended(batch: ProducerBatch, error: Error | null): void {
    const { ledger, linger, options } = this.#context;
    if (this.#batch === batch) this.#batch = null;
    linger.closed(batch);
    if (error === null) ledger.counters.batches[batch.reason]++;
    else if (options.acks === 0) this.#log0(batch.count, error);
    this.#context.ended(this);
  }

  #encode(record: ProducerRecord, delivery: Delivery, index: number, size: number, now: Timestamp): void {
    const { linger, ledger, options } = this.#context;
    let batch = this.#openBatch();
    if (!this.#fits(batch, size)) batch = this.#nextBatch('size');
    let before = batch.open!.size;
    if (!batch.open!.add(record, now)) {
      batch = this.#nextBatch('full');
      before = batch.open!.size;
      const isAdded = batch.open!.add(record, now);
      assert(isAdded, 'a record that an empty batch does not take');
    }
    const { timestamp = now } = record;
    batch.added(delivery, index, timestamp, size);
    delivery.encoded();
    ledger.counters.records++;
    ledger.counters.bytes += batch.open!.size - before;
    if (options.acks === 0) {
      delivery.place(index, { topic: this.topic, partition: this.partition, offset: -1, timestamp });
    }
    if (batch.open!.size >= options.batchSize) this.seal('size');
    else if (batch.count === 1) linger.opened(batch);
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

  #nextBatch(reason: SealReason): ProducerBatch {
    this.#seal(reason);
    return this.#openBatch();
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

  /** Adds what waits, in its order; throws what may pass. */
  #drain(): void {
    for (let next = this.#backlog.peek(); next !== undefined; next = this.#backlog.peek()) {
      const { record, delivery, index, size, sentAt } = next;
      try {
        if (!delivery.isCancelled) this.#encode(record, delivery, index, size, sentAt);
      } catch (error) {
        if (isRetriable(error)) throw error;
        this.#refuse(delivery, size, error);
      }
      this.#backlog.shift();
      // It filled a batch that could not be sealed.
      if (this.#cancelRetry !== null) return;
    }
  }

  /** Something failed that may pass: gives up what has been tried for long enough, and waits with the rest. */
  #stall(cause: unknown): void {
    const { clock, options, stalled } = this.#context;
    const now = clock.now();
    const earliest = this.#giveUp(cause, now);
    if (earliest === null) {
      this.#attempt = 0;
      return;
    }
    const delay = Math.min(backoffMs(options, this.#attempt++), Math.max(earliest - now, 0));
    stalled.add(this);
    this.#cancelRetry = clock.schedule(delay, () => this.retry());
  }

  /** Gives up what has no retry or no time left. Returns the next deadline, or null when nothing waits any more. */
  #giveUp(cause: unknown, now: number): number | null {
    const { deliveryTimeoutMs } = this.#context.options;
    const batch = this.#batch;
    if (batch !== null && batch.stuckSince >= 0) {
      const deadline = batch.openedAt + deliveryTimeoutMs;
      const error = this.#reasonToGiveUp(cause, now, deadline, batch.stuckSince);
      if (error === null) return deadline;
      batch.open!.discard(error as Error);
    }
    for (let next = this.#backlog.peek(); next !== undefined; next = this.#backlog.peek()) {
      const deadline = next.sentAt + deliveryTimeoutMs;
      const error = next.delivery.isCancelled ? null : this.#reasonToGiveUp(cause, now, deadline, next.since);
      if (error === null && !next.delivery.isCancelled) return deadline;
      this.#backlog.shift();
      if (error !== null) this.#refuse(next.delivery, next.size, error);
    }
    return null;
  }

  #reasonToGiveUp(cause: unknown, now: number, deadline: number, since: number): unknown {
    if (now >= deadline) return timedOut(this, this.#context.options.deliveryTimeoutMs, cause);
    return this.#round - since >= this.#context.retries ? cause : null;
  }

  #refuse(delivery: Delivery, size: number, error: unknown): void {
    const { ledger, options } = this.#context;
    ledger.failed(delivery, error);
    if (options.acks === 0) this.#log0(1, error);
    ledger.giveBack(size);
  }

  /** Nobody else is told. */
  #log0(records: number, error: unknown): void {
    const { topic, partition } = this;
    const details = { topic, partition, records, error };
    this.#context.options.logger.error?.(details, 'records that nobody waits for could not be delivered');
  }
}

function timedOut({ topic, partition }: PartitionLane, timeoutMs: number, cause: unknown): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TIMED_OUT',
    `records for partition ${partition} of topic "${topic}" could not be written within ${timeoutMs} ms`,
    { cause },
  );
}
