/**
 * What the function of `producer.transaction` is given: all that is sent by it is seen as a whole, or not at all.
 *
 * Nobody has to wait for what it returns: a send that fails makes the transaction fail, and `producer.transaction` tells why.
 */
import type { RecordMetadata } from './delivery.ts';
import type { OffsetsGroup } from './offset-input.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { ProducerRecord } from './partitioner.ts';
import type { OffsetToCommit } from '../types.ts';

export class Transaction {
  readonly #open: OpenTransaction;

  /** Made by `producer.transaction`. */
  constructor(open: OpenTransaction) {
    this.#open = open;
  }

  /**
   * Sends a record, or several in their order. Settles when they stand in the log, where readers of committed records do not see them before the
   * transaction has committed. Errors, each of which ends the transaction: INVALID_ARGUMENT, TOO_LARGE, UNKNOWN_TOPIC, NO_SPACE, QUEUE_FULL,
   * PRODUCER_FENCED, TRANSACTION_TIMEOUT, OFFLINE, CLOSED; TRANSACTION_STATE when it is over.
   */
  send(topic: string, record: ProducerRecord): Promise<RecordMetadata>;
  send(topic: string, records: readonly ProducerRecord[]): Promise<RecordMetadata[]>;
  send(topic: string, records: ProducerRecord | readonly ProducerRecord[]): Promise<RecordMetadata | RecordMetadata[]> {
    if (Array.isArray(records)) return this.#told(this.#open.send(topic, records as readonly ProducerRecord[]));
    const sent = this.#open.send(topic, [records as ProducerRecord]);
    return this.#told(sent.then(([place]) => place));
  }

  /**
   * Commits offsets of a consumer group with the transaction: where the group is to go on when, and only when, the transaction commits. Settles
   * and fails as `send` does; and for a consumer of the group, or what its `groupMetadata()` said, that is no member of this generation any more, with UNKNOWN_MEMBER,
   * MEMBER_FENCED or REBALANCE_IN_PROGRESS.
   */
  sendOffsets(group: OffsetsGroup, offsets: readonly OffsetToCommit[]): Promise<void> {
    return this.#told(this.#open.sendOffsets(group, offsets));
  }

  /** What fails in a transaction that goes on is told by its end; what comes after the end is told to nobody else. */
  #told<T>(promise: Promise<T>): Promise<T> {
    // Told by the end of the transaction, if nobody waits.
    if (!this.#open.isOver) promise.catch(() => undefined);
    return promise;
  }
}
