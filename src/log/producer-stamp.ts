/** What a program says of the producer in whose name it writes, checked here, once. */
import { invalidArgument } from '../errors.ts';
import { SEQUENCE_MAX } from '../limits.ts';
import { NO_SEQUENCE } from '../record/batch-format.ts';
import type { MarkerType } from '../record/control-record.ts';
import type { Offset, Timestamp } from '../types.ts';
import type { ProducedBatch, TransactionEnd } from './producer-state.ts';

export interface ProducerStamp {
  /** From `store.producerIds`, or from whoever gives them out. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /**
   * Of the first record; those of the others follow it, and go on at 0 after 2147483647. Without one an append that comes again is not known for that
   * (Kafka's group coordinator writes so).
   */
  readonly baseSequence?: number;
  /** The records belong to the producer's transaction, which begins with them where none is open. Default false. */
  readonly isTransactional?: boolean;
}

export interface EndTransactionOptions {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly type: MarkerType;
  /** Epoch of the coordinator that decided: one with an older epoch is refused from then on. Default 0. */
  readonly coordinatorEpoch?: number;
  /**
   * 2: the epoch was raised for this marker (KIP-890), and one that is not above that of the records is refused. Default 0: it is that of the
   * records.
   */
  readonly transactionVersion?: number;
}

/** A batch of which only the largest timestamp is still to come. */
export interface StampedBatch extends ProducedBatch {
  maxTimestamp: Timestamp;
}

/** A batch that no producer is named for. */
export const NO_PRODUCER: ProducedBatch = {
  producerId: -1,
  producerEpoch: -1,
  baseSequence: NO_SEQUENCE,
  isTransactional: false,
  baseOffset: -1,
  lastOffset: -1,
  maxTimestamp: -1,
};

const EPOCH_MAX = 0x7fff;
const INT32_MAX = 0x7fff_ffff;

/** The batch of `count` records in a producer's name that will stand at `baseOffset`. */
export function stampedBatch(stamp: ProducerStamp, baseOffset: Offset, count: number): StampedBatch {
  if (typeof stamp !== 'object' || stamp === null) throw invalidArgument('producer', 'an object', stamp);
  const { producerId, producerEpoch, baseSequence = NO_SEQUENCE, isTransactional = false } = stamp;
  checkProducer(producerId, producerEpoch);
  checkNumber('producer.baseSequence', baseSequence, NO_SEQUENCE, SEQUENCE_MAX);
  if (typeof isTransactional !== 'boolean')
    throw invalidArgument('producer.isTransactional', 'true or false', isTransactional);
  const lastOffset = baseOffset + count - 1;
  return { producerId, producerEpoch, baseSequence, isTransactional, baseOffset, lastOffset, maxTimestamp: -1 };
}

export function checkEndOptions(
  options: EndTransactionOptions,
): Omit<Required<TransactionEnd>, 'offset' | 'timestamp'> {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  const { producerId, producerEpoch, type, coordinatorEpoch = 0, transactionVersion = 0 } = options;
  checkProducer(producerId, producerEpoch);
  if (type !== 'commit' && type !== 'abort') throw invalidArgument('type', "'commit' or 'abort'", type);
  checkNumber('coordinatorEpoch', coordinatorEpoch, 0, INT32_MAX);
  checkNumber('transactionVersion', transactionVersion, 0, EPOCH_MAX);
  return { producerId, producerEpoch, type, coordinatorEpoch, transactionVersion };
}

function checkProducer(producerId: unknown, producerEpoch: unknown): void {
  checkNumber('producerId', producerId, 0, Number.MAX_SAFE_INTEGER);
  checkNumber('producerEpoch', producerEpoch, 0, EPOCH_MAX);
}

function checkNumber(name: string, value: unknown, min: number, max: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw invalidArgument(name, `a whole number from ${min} to ${max}`, value);
}
