/**
 * Appends records to the partitions of a topic, in groups of about 1 MiB.
 *
 * A record with a key goes where Kafka's clients put it; the others go to one partition a group, in turn. What the log refuses because of its
 * size is told of by its number, and everything around it is appended. The records' bytes must stay until `flush` has returned.
 */
import { isMillraceError } from '../../errors.ts';
import type { AppendOptions } from '../../log/append-options.ts';
import type { PartitionLog } from '../../log/partition-log.ts';
import type { Receipt } from '../../log/receipt.ts';
import { partitionForKey } from '../../producer/murmur2.ts';
import type { FrameRecord } from './record-maker.ts';

const GROUP_BYTES = 1024 * 1024;
/** More than a record's own numbers, and a batch's header, take: one that is nearer to the bound than this may be too large. */
const OVERHEAD_MAX = 128;

export interface TopicWriterOptions {
  readonly logs: readonly PartitionLog[];
  readonly append: AppendOptions;
  readonly maxMessageBytes: number;
  readonly segmentBytes: number;
  /** Told of records that the log refuses. */
  readonly refuse: (number: number, reason: string) => void;
}

interface Group {
  readonly log: PartitionLog;
  records: FrameRecord[];
  numbers: number[];
  bytes: number;
}

export class TopicWriter {
  readonly #options: TopicWriterOptions;
  readonly #groups: Group[];
  readonly #groupBytes: number;
  readonly #sizeMax: number;
  #sticky: number;
  #receipts: Receipt[] = [];
  /** Records, and bytes of their keys and values, that were appended. */
  records = 0;
  bytes = 0;

  constructor(options: TopicWriterOptions) {
    this.#options = options;
    this.#groups = options.logs.map((log) => ({ log, records: [], numbers: [], bytes: 0 }));
    // An append must fit into a segment.
    this.#groupBytes = Math.min(GROUP_BYTES, options.segmentBytes >>> 1);
    this.#sizeMax = options.maxMessageBytes - OVERHEAD_MAX;
    this.#sticky = Math.floor(Math.random() * this.#groups.length);
  }

  get partitions(): number {
    return this.#groups.length;
  }

  add(record: FrameRecord, number: number): void {
    const group = this.#groups[record.key === null ? this.#sticky : this.#partitionOf(record.key)];
    const size = record.value.length + (record.key === null ? 0 : record.key.length);
    if (size > this.#sizeMax) {
      // Perhaps too large: alone, so that the others need not be tried again.
      this.#append(group);
      group.records.push(record);
      group.numbers.push(number);
      this.#append(group);
      return;
    }
    group.records.push(record);
    group.numbers.push(number);
    group.bytes += size;
    if (group.bytes >= this.#groupBytes) this.#append(group);
  }

  /** Appends what is left. */
  flush(): void {
    for (const group of this.#groups) if (group.records.length > 0) this.#append(group);
  }

  /** Settles when everything that was appended since it was asked last is on stable storage. */
  async durable(): Promise<void> {
    const receipts = this.#receipts;
    this.#receipts = [];
    await Promise.all(receipts.map((receipt) => receipt.durable));
  }

  #partitionOf(key: Buffer): number {
    return partitionForKey(key, this.#groups.length);
  }

  #append(group: Group): void {
    const { log, records, numbers } = group;
    if (records.length === 0) return;
    group.records = [];
    group.numbers = [];
    group.bytes = 0;
    if (this.#groups[this.#sticky] === group) this.#sticky = (this.#sticky + 1) % this.#groups.length;
    this.#appendAll(log, records, numbers);
  }

  /** When all at once are too large for the log, by halves. */
  #appendAll(log: PartitionLog, records: readonly FrameRecord[], numbers: readonly number[]): void {
    try {
      this.#receipts.push(log.append(records, this.#options.append));
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE')) throw error;
      if (records.length === 1) {
        this.#options.refuse(numbers[0], `${error.message.replace(/^records\[0\] /, '')} (${error.code})`);
        return;
      }
      const middle = records.length >>> 1;
      this.#appendAll(log, records.slice(0, middle), numbers.slice(0, middle));
      this.#appendAll(log, records.slice(middle), numbers.slice(middle));
      return;
    }
    this.records += records.length;
    for (const { key, value } of records) this.bytes += value.length + (key === null ? 0 : key.length);
  }
}
