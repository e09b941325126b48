/**
 * What all consumers have in common, those that are told their partitions and those that their group gives some: reading by loops, handlers and streams, and
 * where each partition stands. One loop at a time.
 */
import { invalidArgument, MillraceError } from '../errors.ts';
import type { Offset, Timestamp, TopicPartition } from '../types.ts';
import { keptShapes } from './kept-shapes.ts';
import { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerBatch } from './consumer-batch.ts';
import {
  checkHandler,
  checkHandlingOptions,
  checkReadableOptions,
  type CheckedConsumerOptions,
  type HandlingOptions,
  type ReadableOptions,
} from './consumer-options.ts';
import { ConsumerRun, type RunDoor } from './consumer-run.ts';
import { ConsumerCounters, type ConsumerStatistics } from './consumer-statistics.ts';
import { type BatchHandler, handleAll, handlerOfBatches, handlerOfRecords } from './record-handling.ts';
import { RecordReadable } from './record-readable.ts';
import type { RecordHandler } from './record-walk.ts';
import {
  checkPartition,
  checkPartitions,
  partitionKey,
  presentEnd,
  type SeekTarget,
  showPartition,
  type TopicLogs,
} from './topic-logs.ts';

export interface PartitionOffset extends TopicPartition {
  readonly offset: Offset;
}

/** The first record of a time or later; nulls where there is none. */
export interface PartitionOffsetForTime extends TopicPartition {
  readonly offset: Offset | null;
  readonly timestamp: Timestamp | null;
}

export abstract class PartitionConsumer implements AsyncIterable<ConsumerBatch> {
  protected readonly logs: TopicLogs;
  protected readonly options: CheckedConsumerOptions;
  protected readonly assigned = new Map<string, AssignedPartition>();
  protected run: ConsumerRun | null = null;
  readonly #counters = new ConsumerCounters();
  #isClosed = false;

  constructor(logs: TopicLogs, options: CheckedConsumerOptions) {
    keptShapes();
    this.logs = logs;
    this.options = options;
  }

  /** What metrics call it. */
  get clientId(): string {
    return this.options.clientId;
  }

  get statistics(): ConsumerStatistics {
    return this.#counters.snapshot(Array.from(this.assigned.values(), ({ statistics }) => statistics));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  assignment(): TopicPartition[] {
    return Array.from(this.assigned.values(), ({ topic, partition }) => ({ topic, partition }));
  }

  /**
   * Goes on elsewhere in a partition, also from within a loop or a handler. A timestamp means the first record of that time or later, and the
   * log's end when there is none. Errors: OFFSET_OUT_OF_RANGE at once for an offset outside the log.
   */
  seek(partition: TopicPartition, target: SeekTarget): void {
    this.checkOpen();
    const found = this.#one(partition);
    found.seek(target);
    this.run?.offer(found);
  }

  /** Hands out nothing more of these partitions, by default of all, until `resume`. What is in hand stays so. */
  pause(partitions: readonly TopicPartition[] = this.assignment()): void {
    for (const partition of this.find(partitions)) {
      partition.isPaused = true;
      this.run?.withdraw(partition);
    }
  }

  resume(partitions: readonly TopicPartition[] = this.assignment()): void {
    for (const partition of this.find(partitions)) {
      partition.isPaused = false;
      this.run?.offer(partition);
    }
  }

  paused(): TopicPartition[] {
    const all = [...this.assigned.values()].filter(({ isPaused }) => isPaused);
    return all.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** The offset of the next record to be handed out. Throws OFFSET_OUT_OF_RANGE while there is none (`autoOffsetReset: 'none'`). */
  position(partition: TopicPartition): Offset {
    return this.#one(partition).position;
  }

  /** How many offsets the log has from the position on; with `read_committed` up to its last stable offset. */
  lag(partition: TopicPartition): number {
    return this.#one(partition).lag;
  }

  /** The first offsets that can be read; of any partitions, by default of those assigned. */
  beginningOffsets(partitions: readonly TopicPartition[] = this.assignment()): PartitionOffset[] {
    return checkPartitions(partitions).map((place) => ({ ...place, offset: this.#log(place).startOffset }));
  }

  /** The offsets that the next records will get, or with `read_committed` the last stable ones; of any partitions, by default of those assigned. */
  endOffsets(partitions: readonly TopicPartition[] = this.assignment()): PartitionOffset[] {
    return checkPartitions(partitions).map((place) => ({
      ...place,
      offset: presentEnd(this.#log(place), this.options.isolation),
    }));
  }

  /** For each partition the first record that is of its `timestamp` or later; with `read_committed` one below the last stable offset. */
  offsetsForTimes(wanted: readonly (TopicPartition & { readonly timestamp: Timestamp })[]): PartitionOffsetForTime[] {
    return checkPartitions(wanted).map((place, i) => {
      const log = this.#log(place);
      const end = presentEnd(log, this.options.isolation);
      const found = log.offsetForTimestamp(wanted[i].timestamp);
      const { offset, timestamp } = found !== null && found.offset < end ? found : { offset: null, timestamp: null };
      return { ...place, offset, timestamp };
    });
  }

  /** Batches of all partitions, for ever: ends when the consumer is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumerBatch, void, undefined> {
    const run = this.#begin({});
    try {
      for (let partition = await run.take(); partition !== null; partition = await run.take()) {
        yield partition.inHand!;
        run.release(partition);
      }
    } finally {
      await this.#end(run);
    }
  }

  /**
   * Calls `handler` with each record and waits for what it returns. The position moves past each record that was handled. Settles when the
   * consumer is closed; rejects with HANDLER when a handler throws (the position stays at that record), ABORTED, or what reading met.
   */
  each(handler: RecordHandler, options: HandlingOptions = {}): Promise<void> {
    checkHandler(handler);
    return this.#handle(handlerOfRecords(handler), options);
  }

  /** As `each`, with batches: the position stays at the beginning of one that failed. */
  eachBatch(handler: BatchHandler, options: HandlingOptions = {}): Promise<void> {
    checkHandler(handler);
    return this.#handle(handlerOfBatches(handler), options);
  }

  /**
   * A stream of records, which takes the consumer until it has ended or was destroyed. What is wrong when it begins throws here; what reading
   * meets destroys the stream.
   */
  readable(options: ReadableOptions = {}): RecordReadable {
    const checked = checkReadableOptions(options);
    const run = this.#begin(checked);
    return new RecordReadable(run, () => this.#end(run), checked);
  }

  /** Ends the loop, the handling or the stream that is going on, after what is in hand. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.run?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #handle(handle: Parameters<typeof handleAll>[2], options: HandlingOptions): Promise<void> {
    const { concurrency, ...rest } = checkHandlingOptions(options);
    const run = this.#begin(rest);
    try {
      await handleAll(run, concurrency, handle);
    } finally {
      await this.#end(run);
    }
  }

  /** What there must be before records can be handed out. Throws where they cannot. */
  protected abstract ready(): RunDoor;

  /** The run has ended and holds nothing any more; what is returned is waited for. */
  protected ended(): Promise<void> | null {
    return null;
  }

  #begin({ signal, untilEnd = false }: { readonly signal?: AbortSignal; readonly untilEnd?: boolean }): ConsumerRun {
    this.checkOpen();
    if (this.run !== null) throw misused('the consumer is in use by another loop, handler or stream');
    const door = this.ready();
    const run = new ConsumerRun(this.assigned, { ...door, signals: [this.options.signal, signal], untilEnd });
    this.run = run;
    return run;
  }

  #end(run: ConsumerRun): Promise<void> | null {
    run.end();
    if (this.run !== run) return null;
    this.run = null;
    return this.ended();
  }

  protected takeAway(partition: AssignedPartition): void {
    partition.isAssigned = false;
    partition.inHand = null;
    this.assigned.delete(partitionKey(partition));
    this.run?.withdraw(partition);
  }

  protected read(place: TopicPartition): AssignedPartition {
    return new AssignedPartition(this.logs, place, this.options, this.#counters.topic(place.topic));
  }

  #log(place: TopicPartition): AssignedPartition['log'] {
    this.checkOpen();
    return this.logs.partition(place.topic, place.partition);
  }

  #one(place: TopicPartition): AssignedPartition {
    const checked = checkPartition('partition', place);
    const found = this.assigned.get(partitionKey(checked));
    if (found === undefined) throw invalidArgument('partition', 'one that is assigned', showPartition(checked));
    return found;
  }

  /** All of them, or an error before anything has changed. */
  protected find(partitions: readonly TopicPartition[]): AssignedPartition[] {
    this.checkOpen();
    return checkPartitions(partitions).map((partition) => this.#one(partition));
  }

  protected checkOpen(): void {
    if (this.#isClosed) throw new MillraceError('ERR_MILLRACE_CLOSED', 'the consumer is closed');
  }
}

export function misused(message: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
}
