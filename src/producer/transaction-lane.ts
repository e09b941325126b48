/**
 * One partition of a transaction: records that wait until it is in the transaction and its batch is full, and the batches that were appended.
 *
 * A batch is what was sent in one turn of the event loop, up to `batchSize`. Records of one partition are written in the order in which they were
 * added. What cannot be written fails all that waits.
 */
import type { Clock } from '../clock.ts';
import { BATCH_HEADER_SIZE, SEQUENCE_MAX } from '../limits.ts';
import type { AppendOptions } from '../log/append-options.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Receipt } from '../log/receipt.ts';
import type { CompressionName, RecordInput, TopicPartition } from '../types.ts';
import type { RecordMetadata } from './delivery.ts';
import type { ProducerIdentity } from './transaction-door.ts';

/** Who sent a record is told where it is, or why it is nowhere. */
export interface RecordSender {
  placed(index: number, place: RecordMetadata): void;
  failed(error: unknown): void;
}

export interface TransactionLaneOptions {
  readonly producer: ProducerIdentity;
  readonly clock: Clock;
  readonly batchSize: number;
  readonly compression: CompressionName | undefined;
  /** False for offsets, which come from no producer: nobody sends them again by their numbers. */
  readonly hasSequences: boolean;
  /** Opens the log. Throws what opening it throws. */
  readonly open: () => PartitionLog;
}

interface WaitingRecord {
  readonly record: RecordInput;
  readonly size: number;
  readonly index: number;
  readonly sender: RecordSender;
}

export class TransactionLane implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #options: TransactionLaneOptions;
  #waiting: WaitingRecord[] = [];
  #bytes = 0;
  #isReady = false;
  #sequence = 0;
  #last: Receipt | null = null;
  #isWrittenByOthers = false;

  constructor({ topic, partition }: TopicPartition, options: TransactionLaneOptions) {
    this.topic = topic;
    this.partition = partition;
    this.#options = options;
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
    this.#waiting.push({ record, size, index, sender });
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

  /** Writes what waits, if it may. Throws when that fails, and everybody who waited has been told. */
  flush(): void {
    if (!this.#isReady || this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#forget();
    let from = 0;
    try {
      for (let to = 0; from < waiting.length; from = to) {
        to = this.#batchEnd(waiting, from);
        this.#append(waiting.slice(from, to));
      }
    } catch (error) {
      for (const { sender } of waiting.slice(from)) sender.failed(error);
      throw error;
    }
  }

  /** Nothing that waits is written. */
  fail(error: unknown): void {
    const waiting = this.#waiting;
    this.#forget();
    for (const { sender } of waiting) sender.failed(error);
  }

  /** Settles when what was written is on stable storage. */
  async durable(): Promise<void> {
    await this.#last?.durable;
    if (this.#isWrittenByOthers) await this.#options.open().flush();
  }

  #forget(): void {
    this.#waiting = [];
    this.#bytes = 0;
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
