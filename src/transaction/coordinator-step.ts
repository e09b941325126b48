/**
 * What a coordinator wants done next, since it does nothing itself. Whoever drives it does that and tells it; meanwhile the transactional id
 * answers CONCURRENT_TRANSACTIONS to everybody else.
 */
import type { TopicPartition } from '../types.ts';
import {
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  type TransactionMetadata,
  type TransactionVersion,
} from './transaction-metadata.ts';

/** The errors of Kafka's protocol that a transaction coordinator answers with, by Kafka's names. */
export type TransactionError =
  | 'CONCURRENT_TRANSACTIONS'
  | 'INVALID_PRODUCER_ID_MAPPING'
  | 'INVALID_REQUEST'
  | 'INVALID_TRANSACTION_TIMEOUT'
  | 'INVALID_TXN_STATE'
  | 'PRODUCER_FENCED'
  | 'TRANSACTIONAL_ID_NOT_FOUND'
  | 'TRANSACTION_ABORTABLE';

/** To whoever asked. Id and epoch are those that the producer has from now on, and -1 with an error or where the protocol gives none. */
export interface Answer {
  readonly error: TransactionError | null;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** A value for the transaction log. When it is durable: `coordinator.written(write)`; when it could not be written: `coordinator.failed(write)`. */
export interface TransactionWrite {
  readonly transactionalId: string;
  /** Null is a tombstone. */
  readonly value: TransactionMetadata | null;
  readonly kind: 'begin' | 'end' | 'complete' | 'expire';
  /** To be given when it is written. */
  readonly answer: Answer;
}

/** Markers for partitions, in no order. When one is written, or its partition is gone: `coordinator.marked(transactionalId, partition)`. */
export interface TransactionMarkers {
  readonly transactionalId: string;
  readonly type: 'commit' | 'abort';
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Tells partitions that a marker must be of a higher epoch than what it ends (2), or may be of the same (0, 1). */
  readonly version: TransactionVersion;
  readonly partitions: readonly TopicPartition[];
}

/**
 * - `answer`: nothing to be done but to answer;
 * - `write`: to the log, and then tell;
 * - `mark`: answer, if there is somebody to, and write the markers: the transaction is decided. With no partition there is a `write` instead.
 */
export type Step =
  | { readonly do: 'answer'; readonly answer: Answer }
  | { readonly do: 'write'; readonly write: TransactionWrite }
  | { readonly do: 'mark'; readonly answer: Answer; readonly markers: TransactionMarkers };

export const DONE: Answer = { error: null, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };

export function refusal(error: TransactionError): Answer {
  return { ...DONE, error };
}

export function answerWith({ producerId, producerEpoch }: TransactionMetadata): Answer {
  return { error: null, producerId, producerEpoch };
}

export function refuse(error: TransactionError): Step {
  return { do: 'answer', answer: refusal(error) };
}
