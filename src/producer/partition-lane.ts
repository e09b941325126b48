/**
 * One partition of a producer: writes its records in their order, and lets wait what stands behind one that could not be written.
 *
 * Promises: records are written in the order in which they were added, also when the disk was full meanwhile. What fails for a reason that may
 * pass is tried again until its retries or its time are used up; then it is given up, and what came after it goes on. How a record gets into a batch
 * `partition-writer.ts` knows.
 */
import type { Timestamp } from '../types.ts';
import { Backlog, type WaitingRecord } from './backlog.ts';
import type { ArraySend, Delivery } from './delivery.ts';
import type { ProducerRecord } from './partitioner.ts';
import { PartitionWriter, type WriterContext, type WriterPlace } from './partition-writer.ts';
import type { ProducerBatch } from './producer-batch.ts';
import type { SealReason, TopicCounters } from './producer-statistics.ts';
import { backoffMs, isRetriable, reasonToGiveUp } from './retry-policy.ts';

/** What the lanes of a producer share. */
export interface LaneContext extends WriterContext {
  /** Lanes that wait for a retry. */
  readonly stalled: Set<PartitionLane>;
  /** 0 when the producer is being closed and must not wait any more. */
  retries: number;
}

export class PartitionLane implements WriterPlace {
  readonly topic: string;
  readonly partition: number;
  readonly counters: TopicCounters;
  readonly #context: LaneContext;
  readonly #writer: PartitionWriter;
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
    this.#writer = new PartitionWriter(this, context);
  }

  get acknowledges(): 'never' | 'visible' | 'flushed' {
    const { acks, durability } = this.#context.options;
    if (acks === 0) return 'never';
    return durability === 'flushed' || this.#writer.flushesEach ? 'flushed' : 'visible';
  }

  get round(): number {
    return this.#round;
  }

  /** Takes in records[index] of a send at `now`, of at most `size` bytes. What goes wrong is told to the delivery. */
  add(record: ProducerRecord, delivery: Delivery, index: number, size: number, now: Timestamp): void {
    let failure: unknown = null;
    if (this.#cancelRetry === null) {
      try {
        this.#writer.add(record, delivery, index, size, now);
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

  /** Takes in records from index `from` of a send on, up to `to`; returns the index of the first that it did not, which is for `add`. */
  addRun(send: ArraySend, from: number, to: number): number {
    return this.#cancelRetry === null ? this.#writer.addRun(send, from, to) : from;
  }

  /** Seals the open batch if a record of `size` bytes would make it larger than asked for; true when it did. */
  sealUnlessFits(size: number): boolean {
    if (this.#cancelRetry !== null || !this.#writer.isFullFor(size)) return false;
    this.seal('size');
    return true;
  }

  /** Seals the open batch, if there is one; while the lane waits for a retry, that will. */
  seal(reason: SealReason): void {
    if (this.#cancelRetry !== null) return;
    try {
      this.#writer.seal(reason);
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
      const { batch } = this.#writer;
      if (batch !== null && batch.stuckSince >= 0) {
        this.counters.retriedRecords += batch.count;
        this.#writer.seal(batch.reason);
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
    const { clock, ledger, options } = this.#context;
    this.#writer.ended(batch, error === null);
    if (error === null) ledger.counters.sealed(batch, this.counters, clock.now());
    else if (options.acks === 0) this.#log0(batch.count, error);
    this.#context.ended(this);
  }

  /** Adds one of those that wait; false when it filled a batch that could not be sealed. Throws what may pass. */
  #write({ record, delivery, index, size, sentAt }: WaitingRecord): boolean {
    this.counters.retriedRecords++;
    try {
      this.#writer.add(record, delivery, index, size, sentAt);
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
    const { batch } = this.#writer;
    if (batch === null || batch.stuckSince >= 0) return;
    try {
      this.#writer.seal('full');
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
    const { batch } = this.#writer;
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
    const { topic, partition } = this;
    const details = { topic, partition, records, err: error };
    this.#context.options.logger.error?.(details, 'records that nobody waits for could not be delivered');
  }
}
