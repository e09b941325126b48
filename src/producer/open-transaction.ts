/**
 * An open transaction of a producer: what is sent in it, partition by partition, up to where its end is asked for.
 *
 * Promises: a partition is in the transaction, durably, before the first record is written to it; records of one partition have the order in which
 * they were sent, also when the disk was full meanwhile; when one of them fails for good, the whole transaction fails, whoever waits for it or not.
 * Readers of committed records see all of it or nothing.
 */
import { MillraceError } from '../errors.ts';
import { UNACKNOWLEDGED_BYTES_DEFAULT } from '../limits.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ConsumerGroupMetadata, OffsetToCommit, TopicPartition } from '../types.ts';
import type { RecordMetadata } from './delivery.ts';
import { checkGroup, checkOffsets, type OffsetsGroup } from './offset-input.ts';
import { ANY_PARTITION, choosePartition, type ProducerRecord, StickyPartition } from './partitioner.ts';
import { recordSize } from './record-size.ts';
import { isRetriable } from './retry-policy.ts';
import { RetrySchedule, type RetryTerms } from './retry-schedule.ts';
import type { ProducerIdentity, TransactionDoor } from './transaction-door.ts';
import { TransactionLane } from './transaction-lane.ts';
import { TransactionSend } from './transaction-send.ts';
import type { CheckedTransactionalOptions } from './transactional-options.ts';
import { checkWritable } from './writable-topic.ts';

export class OpenTransaction {
  readonly producer: ProducerIdentity;
  readonly #door: TransactionDoor;
  readonly #options: CheckedTransactionalOptions;
  readonly #retry: RetryTerms;
  readonly #lanes = new Map<string, TransactionLane>();
  readonly #sticky = new Map<string, StickyPartition>();
  #wanted: TransactionLane[] = [];
  #registering: Promise<void> | null = null;
  readonly #registration: RetrySchedule;
  #registered = 0;
  /** Offsets of which it is not known yet where they go. */
  readonly #preparing = new Set<Promise<unknown>>();
  #flushesSoon = false;
  #failure: Error | null = null;
  #isOpen = true;

  constructor(door: TransactionDoor, options: CheckedTransactionalOptions, producer: ProducerIdentity) {
    this.#door = door;
    this.#options = options;
    this.producer = producer;
    const { retries, retryBackoffMs, retryBackoffMaxMs, deliveryTimeoutMs, random } = options;
    this.#retry = { clock: door.clock, retries, retryBackoffMs, retryBackoffMaxMs, deliveryTimeoutMs, random };
    this.#registration = new RetrySchedule(this.#retry);
  }

  /** The coordinator knows nothing of it. */
  get isEmpty(): boolean {
    return this.#registered === 0;
  }

  /** Why it cannot be committed, or null. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** It takes no more. */
  get isOver(): boolean {
    return !this.#isOpen;
  }

  send(topic: string, records: readonly ProducerRecord[]): Promise<RecordMetadata[]> {
    return this.#doing(async () => {
      const sizes = records.map(recordSize);
      checkWritable(topic);
      const partitionCount = this.#door.logs.partitionCount(topic);
      const partitions = records.map((record) => this.#choose(topic, record, partitionCount));
      const send = new TransactionSend(records.length);
      records.forEach((record, i) => {
        this.#add(this.#lane({ topic, partition: partitions[i] }, true), record, sizes[i], i, send);
      });
      return send.promise;
    });
  }

  sendOffsets(group: OffsetsGroup, offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#doing(async () => {
      const named = checkGroup(group);
      const checked = checkOffsets(offsets);
      if (checked.length === 0) return;
      if (typeof named !== 'string') await this.#prepared(this.#commitAsMember(named, checked));
      else await (await this.#prepared(this.#addOffsets(named, checked))).promise;
    });
  }

  /** Takes nothing more, writes what is left and makes all of it durable. Rejects when something of it failed. */
  async finish(): Promise<void> {
    this.#check();
    this.#isOpen = false;
    await this.#underWay();
    this.#flush();
    await Promise.all(Array.from(this.#lanes.values(), (lane) => lane.emptied()));
    if (this.#failure !== null) throw this.#failure;
    const durable = Array.from(this.#lanes.values(), (lane) => lane.durable());
    await Promise.all(durable);
  }

  /** What waits for a retry is tried once more and given up. */
  hurry(): void {
    this.#retry.retries = 0;
    this.#registration.hurry();
    for (const lane of this.#lanes.values()) lane.hurry();
  }

  /** Takes nothing more, and gives up what was not written; settles when nothing of it is under way. */
  async discard(error: unknown): Promise<void> {
    this.#isOpen = false;
    this.#fail(error);
    await this.#underWay();
  }

  async #underWay(): Promise<void> {
    while (this.#preparing.size > 0 || this.#registering !== null) {
      await Promise.allSettled([...this.#preparing, this.#registering]);
    }
  }

  /** Runs what a caller asked for. When it fails, the transaction fails: the caller may not be waiting for it. */
  async #doing<T>(work: () => Promise<T>): Promise<T> {
    this.#check();
    try {
      return await work();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** The end of the transaction waits for it. */
  async #prepared<T>(preparing: Promise<T>): Promise<T> {
    this.#preparing.add(preparing);
    try {
      return await preparing;
    } finally {
      this.#preparing.delete(preparing);
    }
  }

  /** Whether it is a member is judged when the offsets are written: after that who takes its partitions over sees that they may still change. */
  async #commitAsMember(member: ConsumerGroupMetadata, offsets: readonly OffsetToCommit[]): Promise<void> {
    const lane = this.#lane(await this.#door.offsetsPartition(member.groupId), false);
    while (!lane.isReady) {
      if (this.#failure !== null) throw this.#failure;
      await this.#registering;
    }
    lane.writtenByOthers();
    await this.#door.commitOffsets(member, this.producer, offsets);
  }

  /** Its partition may have to be made first. */
  async #addOffsets(group: string, offsets: readonly OffsetToCommit[]): Promise<TransactionSend> {
    const place = await this.#door.offsetsPartition(group);
    if (this.#failure !== null) throw this.#failure;
    const records = this.#door.offsetRecords(group, offsets);
    const send = new TransactionSend(records.length);
    const lane = this.#lane(place, false);
    records.forEach((record, i) => this.#add(lane, record, recordSize(record, i), i, send));
    return send;
  }

  #choose(topic: string, record: ProducerRecord, partitionCount: number): number {
    const { partitioner, random } = this.#options;
    const chosen = choosePartition(partitioner, topic, record, partitionCount);
    if (chosen !== ANY_PARTITION) return chosen;
    // One for the whole transaction: each partition more is one more marker.
    let sticky = this.#sticky.get(topic);
    if (sticky === undefined) this.#sticky.set(topic, (sticky = new StickyPartition(random)));
    return sticky.of(partitionCount);
  }

  #lane(place: TopicPartition, hasSequences: boolean): TransactionLane {
    const name = `${place.topic}/${place.partition}`;
    let lane = this.#lanes.get(name);
    if (lane !== undefined) return lane;
    const { batchSize, compression } = this.#options;
    const { clock, logs } = this.#door;
    lane = new TransactionLane(place, {
      producer: this.producer,
      clock,
      retry: this.#retry,
      batchSize,
      compression,
      hasSequences,
      open: (): PartitionLog => logs.partition(place.topic, place.partition),
      failed: (error) => void this.#fail(error),
    });
    this.#lanes.set(name, lane);
    this.#wanted.push(lane);
    this.#registering ??= this.#register();
    return lane;
  }

  #add(lane: TransactionLane, record: ProducerRecord, size: number, index: number, send: TransactionSend): void {
    if (lane.bytes + size > UNACKNOWLEDGED_BYTES_DEFAULT && lane.bytes > 0) {
      const message = `${lane.bytes} bytes wait already for a partition of the transaction; wait for a send`;
      throw new MillraceError('ERR_MILLRACE_QUEUE_FULL', message);
    }
    lane.add(record, size, index, send);
    if (lane.isFull) lane.flush();
    else this.#flushSoon();
  }

  /** At the end of the turn, so that what is sent in one turn shares a batch. */
  #flushSoon(): void {
    if (this.#flushesSoon) return;
    this.#flushesSoon = true;
    setImmediate(() => {
      this.#flushesSoon = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#failure !== null) return;
    try {
      for (const lane of this.#lanes.values()) lane.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Partitions that are wanted in the same turn, or while others are being added, are added together. */
  async #register(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.#wanted.length > 0 && this.#failure === null) {
        const lanes = this.#wanted;
        this.#wanted = [];
        const places = lanes.map(({ topic, partition }) => ({ topic, partition }));
        await this.#addPartitions(places);
        this.#registered += lanes.length;
        for (const lane of lanes) lane.ready();
        this.#flush();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#registering = null;
  }

  /** Also when there is no room for it at first. */
  async #addPartitions(places: readonly TopicPartition[]): Promise<void> {
    const tried = { sentAt: this.#retry.clock.now(), since: this.#registration.round };
    for (;;) {
      try {
        await this.#door.addPartitions(this.#options.transactionalId, this.producer, places);
        this.#registration.succeeded();
        return;
      } catch (error) {
        if (this.#failure !== null || !isRetriable(error)) throw error;
        await new Promise<void>((again, giveUp) => {
          const reason = this.#registration.failed(error, tried, places[0], again);
          if (reason instanceof Error) giveUp(reason);
        });
        // It may have failed meanwhile, elsewhere.
        this.#checkUnfailed();
      }
    }
  }

  /** The first failure is the transaction's. Returns what is to be told of this one. */
  #fail(error: unknown): unknown {
    const isFenced = error instanceof MillraceError && error.code === 'ERR_MILLRACE_PRODUCER_FENCED';
    const told = isFenced ? this.#door.fenced(this.#options.transactionalId, this.producer) : error;
    this.#failure ??= told as Error;
    for (const lane of this.#lanes.values()) lane.fail(this.#failure);
    this.#registration.hurry();
    return told;
  }

  #checkUnfailed(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  #check(): void {
    this.#checkUnfailed();
    if (!this.#isOpen) throw new MillraceError('ERR_MILLRACE_TRANSACTION_STATE', 'the transaction is over');
  }
}
