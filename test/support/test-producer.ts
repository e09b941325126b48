/** An idempotent or transactional producer of a test: keeps count of its sequences, and appends by the log's own methods. */
import type { PartitionLog } from '#millrace/log/partition-log.js';
import { sequenceAfter } from '#millrace/log/producer-state.js';
import type { ProducerStamp } from '#millrace/log/producer-stamp.js';
import type { Receipt } from '#millrace/log/receipt.js';
import type { RecordInput } from '#millrace/types.js';

type Log = Pick<PartitionLog, 'append' | 'endTransaction'>;

export class TestProducer {
  readonly producerId: number;
  producerEpoch = 0;
  coordinatorEpoch = 0;
  sequence = 0;
  readonly isTransactional: boolean;
  #log: () => Log;

  constructor(log: Log | (() => Log), producerId: number, isTransactional = false) {
    this.#log = typeof log === 'function' ? log : () => log;
    this.producerId = producerId;
    this.isTransactional = isTransactional;
  }

  get stamp(): Required<ProducerStamp> {
    const { producerId, producerEpoch, isTransactional, sequence: baseSequence } = this;
    return { producerId, producerEpoch, baseSequence, isTransactional };
  }

  append(records: readonly RecordInput[] | number = 1, timestamp?: number): Receipt {
    const receipt = this.retry(this.sequence, records, timestamp);
    this.sequence = sequenceAfter(this.sequence, this.#count(records));
    return receipt;
  }

  /** Appends with a sequence of the caller's, and counts nothing. */
  retry(baseSequence: number, records: readonly RecordInput[] | number = 1, timestamp?: number): Receipt {
    const all = typeof records === 'number' ? this.#numbered(baseSequence, records, timestamp) : records;
    return this.#log().append(all, { producer: { ...this.stamp, baseSequence } });
  }

  end(type: 'commit' | 'abort', options: { transactionVersion?: number } = {}): Receipt {
    const { producerId, producerEpoch, coordinatorEpoch } = this;
    return this.#log().endTransaction({ producerId, producerEpoch, coordinatorEpoch, type, ...options });
  }

  #count(records: readonly RecordInput[] | number): number {
    return typeof records === 'number' ? records : records.length;
  }

  #numbered(from: number, count: number, timestamp?: number): RecordInput[] {
    return Array.from({ length: count }, (_, i) => ({ value: `${this.producerId}:${from + i}`, timestamp }));
  }
}

/** The code of what a call throws. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing';
}
