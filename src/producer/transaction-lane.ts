/**
 * One partition of a transaction: records that wait until it is in the transaction and its batch is full, and the batches that were appended.
 *
 * A batch is what was sent in one turn of the event loop, up to `batchSize`. Records of one partition are written in the order in which they were
 * added. What fails for a reason that may pass, such as a full disk, waits with all behind it and is tried again, until its retries or its time are
 * used up. What cannot be written then, or fails for another reason, fails all that waits.
 */
import type { Clock } from '../clock.ts';
import { BATCH_HEADER_SIZE, SEQUENCE_MAX } from '../limits.ts';
import type { AppendOptions } from '../log/append-options.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Receipt } from '../log/receipt.ts';
import type { CompressionName, RecordInput, TopicPartition } from '../types.ts';
import type { RecordMetadata } from './delivery.ts';
import type { Tried } from './retry-policy.ts';
import { RetrySchedule, type RetryTerms } from './retry-schedule.ts';
import type { ProducerIdentity } from './transaction-door.ts';

/** Who sent a record is told where it is, or why it is nowhere. */
export interface RecordSender {
  placed(index: number, place: RecordMetadata): void;
  failed(error: unknown): void;
}

export interface TransactionLaneOptions {
  readonly producer: ProducerIdentity;
  readonly clock: Clock;
  readonly retry: RetryTerms;
  readonly batchSize: number;
  readonly compression: CompressionName | undefined;
  /** False for offsets, which come from no producer: nobody sends them again by their numbers. */
  readonly hasSequences: boolean;
  /** Opens the log. Throws what opening it throws. */
  readonly open: () => PartitionLog;
  /** A retry was the last one, and all that waited has been told. */
  readonly failed: (error: unknown) => void;
}

interface WaitingRecord extends Tried {
  readonly record: RecordInput;
  readonly size: number;
  readonly index: number;
  readonly sender: RecordSender;
}

export class TransactionLane implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #options: TransactionLaneOptions;
  readonly #retry: RetrySchedule;
  #waiting: WaitingRecord[] = [];
  #bytes = 0;
  #emptied: (() => void)[] = [];
  #isReady = false;
  #sequence = 0;
  #last: Receipt | null = null;
  #isWrittenByOthers = false;

  constructor({ topic, partition }: TopicPartition, options: TransactionLaneOptions) {
    this.topic = topic;
    this.partition = partition;
    this.#options = options;
    this.#retry = new RetrySchedule(options.retry);
  }

  /** Bytes of the records that wait, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The batch is as large as it is to be, and may be written. */
  get isFull(): boolean {
    return this.#isReady && this.#bytes >= this.#options.batchSize;
  }

  add(record: RecordInput, size: number, index: number, sender: RecordSender): void {
    const sentAt = this.#options.clock.now();
    this.#waiting.push({ record, size, index, sender, sentAt, since: this.#retry.round });
    this.#bytes += size;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Somebody else has written into it in the name of the producer. */
  writtenByOthers(): void {
    this.#isWrittenByOthers = true;
  }

  /** It is in the transaction now: what waits may be written. */
  ready(): void {
    this.#isReady = true;
  }

  /**
   * Writes what waits, if it may and no retry is to come. What fails for a reason that may pass will be tried again; when it fails for good this throws, and
   * everybody who waited has been told.
   */
  flush(): void {
    if (!this.#isReady || this.#waiting.length === 0 || this.#retry.isWaiting) return;
    const waiting = this.#waiting;
    let from = 0;
    try {
      for (let to = 0; from < waiting.length; from = to) {
        to = this.#batchEnd(waiting, from);
        this.#append(waiting.slice(from, to));
        this.#retry.succeeded();
      }
      this.#keepFrom(from);
    } catch (error) {
      this.#keepFrom(from);
      const reason = this.#retry.failed(error, this.#waiting[0], this, () => this.#again());
      if (reason === null) return;
      this.fail(reason);
      throw reason as Error;
    }
  }

  /** Tries again at once what waits for a retry. */
  hurry(): void {
    this.#retry.hurry();
  }

  /** Nothing that waits is written. */
  fail(error: unknown): void {
    const waiting = this.#waiting;
    this.#retry.stop();
    this.#keepFrom(waiting.length);
    for (const { sender } of waiting) sender.failed(error);
  }

  /** Settles when nothing waits: all of it has been written, or has failed. */
  emptied(): Promise<void> {
    return this.#waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#emptied.push(resolve));
  }

  /** Settles when what was written is on stable storage. */
  async durable(): Promise<void> {
    await this.#last?.durable;
    if (this.#isWrittenByOthers) await this.#options.open().flush();
  }

  #again(): void {
    try {
      this.flush();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #keepFrom(from: number): void {
    this.#waiting = this.#waiting.slice(from);
    this.#bytes = this.#waiting.reduce((sum, { size }) => sum + size, 0);
    if (this.#waiting.length > 0) return;
    for (const settle of this.#emptied) settle();
    this.#emptied = [];
  }

  /** As many as fit, and one at least. */
  #batchEnd(waiting: readonly WaitingRecord[], from: number): number {
    const { batchSize } = this.#options;
    let to = from + 1;
    let size = BATCH_HEADER_SIZE + waiting[from].size;
    while (to < waiting.length && (size += waiting[to].size) <= batchSize) to++;
    return to;
  }

  #append(batch: readonly WaitingRecord[]): void {
    const { clock, open, compression, hasSequences, producer } = this.#options;
    const { topic, partition } = this;
    const now = clock.now();
    const records = batch.map(({ record }) => withTimestamp(record, now));
    const baseSequence = hasSequences ? this.#sequence : undefined;
    const options: AppendOptions = { compression, producer: { ...producer, baseSequence, isTransactional: true } };
    const receipt = open().append(records, options);
    this.#last = receipt;
    this.#sequence = (this.#sequence + records.length) % (SEQUENCE_MAX + 1);
    batch.forEach(({ index, sender }, i) => {
      const timestamp = receipt.logAppendTime >= 0 ? receipt.logAppendTime : records[i].timestamp!;
      sender.placed(index, { topic, partition, offset: receipt.baseOffset + i, timestamp });
    });
  }
}

/** The time is told to the sender too, so it is set here. */
function withTimestamp(record: RecordInput, now: number): RecordInput {
  if (record.timestamp !== undefined) return record;
  const { key, value, headers } = record;
  return { key, value, headers, timestamp: now };
}
