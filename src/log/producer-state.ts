/**
 * What a log knows of one producer: its epoch, its last five batches, and where its open transaction began.
 *
 * A state machine without I/O. `check` says whether a batch may be appended and changes nothing; `append` and `end` take in what stands in the log.
 * Sequences are int32 and go on at 0 after the largest. (ProducerStateEntry, ProducerAppendInfo; KIP-98, KIP-360.)
 */
import { MillraceError } from '../errors.ts';
import { PRODUCER_BATCHES_REMEMBERED, SEQUENCE_MAX } from '../limits.ts';
import { NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP } from '../record/batch-format.ts';
import type { MarkerType } from '../record/control-record.ts';
import type { Offset, Timestamp } from '../types.ts';

/** A batch that names its producer. */
export interface ProducedBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the first record; -1 where the producer gives none. */
  readonly baseSequence: number;
  readonly isTransactional: boolean;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestamp: Timestamp;
}

/** What whoever asks a log is told of a producer. */
export interface KnownProducer {
  readonly producerEpoch: number;
  readonly isInTransaction: boolean;
}

/** The end of a producer's transaction. */
export interface TransactionEnd {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly type: MarkerType;
  readonly coordinatorEpoch: number;
  readonly offset: Offset;
  readonly timestamp: Timestamp;
  /**
   * 2 and later: the coordinator has bumped the epoch for this marker (KIP-890), so one with an epoch that is not newer is late. Default: 0, where
   * it has the epoch of the transaction's records.
   */
  readonly transactionVersion?: number;
}

/** The first append of a batch that came again. */
export interface FirstAppend {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly maxTimestamp: Timestamp;
}

/** No transaction is open, no batch is known. */
export const NO_OFFSET = -1;
const EPOCH_MAX = 0x7fff;

export function sequenceAfter(sequence: number, count = 1): number {
  return sequence > SEQUENCE_MAX - count ? sequence - SEQUENCE_MAX - 1 + count : sequence + count;
}

export class ProducerState implements KnownProducer {
  readonly producerId: number;
  producerEpoch: number = NO_PRODUCER_EPOCH;
  /** Of the coordinator that ended the last transaction. */
  coordinatorEpoch = -1;
  /** Largest timestamp of the last batch, or that of the last marker. */
  lastTimestamp: Timestamp = NO_TIMESTAMP;
  /** When it was last appended to the log while that was open. */
  seenAt: Timestamp = NO_TIMESTAMP;
  transactionFirstOffset: Offset = NO_OFFSET;
  /** The last batches, in parallel: the newest is at `#newest`, and the older ones before it, round and round. */
  readonly #lastSequences: number[] = [];
  readonly #lastOffsets: number[] = [];
  readonly #offsetDeltas: number[] = [];
  readonly #timestamps: number[] = [];
  #count = 0;
  #newest = -1;

  constructor(producerId: number) {
    this.producerId = producerId;
  }

  copy(): ProducerState {
    const copy = new ProducerState(this.producerId);
    for (let age = this.#count - 1; age >= 0; age--) {
      const slot = this.#slot(age);
      copy.remember(
        this.#lastSequences[slot],
        this.#lastOffsets[slot],
        this.#offsetDeltas[slot],
        this.#timestamps[slot],
      );
    }
    copy.producerEpoch = this.producerEpoch;
    copy.coordinatorEpoch = this.coordinatorEpoch;
    copy.lastTimestamp = this.lastTimestamp;
    copy.seenAt = this.seenAt;
    copy.transactionFirstOffset = this.transactionFirstOffset;
    return copy;
  }

  /** How many batches are remembered. */
  get count(): number {
    return this.#count;
  }

  /** Of the last batch; -1 where none is known. */
  get lastSequence(): number {
    return this.#count === 0 ? NO_SEQUENCE : this.#lastSequences[this.#newest];
  }

  get lastOffset(): Offset {
    return this.#count === 0 ? NO_OFFSET : this.#lastOffsets[this.#newest];
  }

  /** Of the last batch: 0 where none is known. */
  get lastOffsetDelta(): number {
    return this.#count === 0 ? 0 : this.#offsetDeltas[this.#newest];
  }

  get isInTransaction(): boolean {
    return this.transactionFirstOffset !== NO_OFFSET;
  }

  /** It is just what must come next, as nearly always. */
  isNext({ producerEpoch, baseSequence, isTransactional }: ProducedBatch): boolean {
    return (
      producerEpoch === this.producerEpoch &&
      baseSequence === sequenceAfter(this.lastSequence) &&
      (isTransactional || this.transactionFirstOffset === NO_OFFSET)
    );
  }

  /** The append of just this batch, if it is one of those that are remembered. */
  firstAppendOf({ producerEpoch, baseSequence, baseOffset, lastOffset }: ProducedBatch): FirstAppend | null {
    if (producerEpoch !== this.producerEpoch || baseSequence < 0) return null;
    const delta = lastOffset - baseOffset;
    const lastSequence = sequenceAfter(baseSequence, delta);
    for (let age = 0; age < this.#count; age++) {
      const slot = this.#slot(age);
      if (this.#lastSequences[slot] !== lastSequence || this.#offsetDeltas[slot] !== delta) continue;
      const last = this.#lastOffsets[slot];
      return { baseOffset: last - delta, lastOffset: last, maxTimestamp: this.#timestamps[slot] };
    }
    return null;
  }

  /** Throws unless the batch may come next. One without a sequence is of a coordinator, and only its epoch counts. */
  check(batch: ProducedBatch): void {
    const { producerEpoch, baseSequence, isTransactional } = batch;
    if (producerEpoch < this.producerEpoch) throw this.#fenced(producerEpoch);
    if (baseSequence >= 0) this.#checkSequence(producerEpoch, baseSequence);
    if (this.isInTransaction && !isTransactional) {
      throw new MillraceError(
        'ERR_MILLRACE_TRANSACTION_STATE',
        `producer ${this.producerId} has a transaction open since offset ${this.transactionFirstOffset}, and the batch is of none`,
      );
    }
  }

  checkEnd({ producerEpoch, coordinatorEpoch, transactionVersion = 0 }: TransactionEnd): void {
    const current = this.producerEpoch;
    const isLate = transactionVersion >= 2 ? producerEpoch <= current : producerEpoch < current;
    // The marker of a transaction that has ended came again: what it says holds (KAFKA-19999).
    const isAgain = producerEpoch === current && (!this.isInTransaction || producerEpoch === EPOCH_MAX);
    if (isLate && !isAgain) throw this.#fenced(producerEpoch);
    if (coordinatorEpoch >= this.coordinatorEpoch) return;
    throw new MillraceError(
      'ERR_MILLRACE_COORDINATOR_FENCED',
      `the coordinator of epoch ${coordinatorEpoch} ends a transaction of producer ${this.producerId}, which has heard of epoch ${this.coordinatorEpoch}`,
    );
  }

  /** Takes in a batch that stands in the log; true when a transaction begins with it. */
  append({
    producerEpoch,
    baseSequence,
    baseOffset,
    lastOffset,
    maxTimestamp,
    isTransactional,
  }: ProducedBatch): boolean {
    this.#setEpoch(producerEpoch);
    const delta = lastOffset - baseOffset;
    this.remember(baseSequence < 0 ? NO_SEQUENCE : sequenceAfter(baseSequence, delta), lastOffset, delta, maxTimestamp);
    this.lastTimestamp = maxTimestamp;
    if (!isTransactional || this.isInTransaction) return false;
    this.transactionFirstOffset = baseOffset;
    return true;
  }

  /** Takes in a marker that stands in the log. Returns where the transaction began that it ends; -1 when there was none. */
  end({ producerEpoch, coordinatorEpoch, timestamp }: TransactionEnd): Offset {
    const firstOffset = this.transactionFirstOffset;
    this.#setEpoch(producerEpoch);
    this.coordinatorEpoch = coordinatorEpoch;
    this.lastTimestamp = timestamp;
    this.transactionFirstOffset = NO_OFFSET;
    return firstOffset;
  }

  /** The newest batch. */
  remember(lastSequence: number, lastOffset: Offset, offsetDelta: number, timestamp: Timestamp): void {
    const slot = this.#newest === PRODUCER_BATCHES_REMEMBERED - 1 ? 0 : this.#newest + 1;
    this.#newest = slot;
    if (this.#count < PRODUCER_BATCHES_REMEMBERED) this.#count++;
    this.#lastSequences[slot] = lastSequence;
    this.#lastOffsets[slot] = lastOffset;
    this.#offsetDeltas[slot] = offsetDelta;
    this.#timestamps[slot] = timestamp;
  }

  #checkSequence(epoch: number, sequence: number): void {
    // Unknown, since its records are gone or it has expired: whatever comes is taken (KIP-360).
    if (this.producerEpoch === NO_PRODUCER_EPOCH) return;
    const expected = epoch === this.producerEpoch ? sequenceAfter(this.lastSequence) : 0;
    if (sequence === expected) return;
    throw new MillraceError(
      'ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE',
      `producer ${this.producerId} of epoch ${epoch} sent sequence ${sequence}, expected ${expected}`,
    );
  }

  #setEpoch(epoch: number): void {
    if (epoch === this.producerEpoch) return;
    this.producerEpoch = epoch;
    this.#count = 0;
  }

  #slot(age: number): number {
    const slot = this.#newest - age;
    return slot < 0 ? slot + PRODUCER_BATCHES_REMEMBERED : slot;
  }

  #fenced(epoch: number): MillraceError {
    return new MillraceError(
      'ERR_MILLRACE_PRODUCER_FENCED',
      `producer ${this.producerId} is of epoch ${epoch}, and one of epoch ${this.producerEpoch} has written after it`,
    );
  }
}
