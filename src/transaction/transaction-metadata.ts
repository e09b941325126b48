/**
 * What a coordinator knows of a transactional id, and what becomes of it step by step: values that never change, and functions from one to the
 * next. Each value is written to the transaction log before it holds (TransactionMetadata, TxnTransitMetadata).
 *
 * Epochs (KIP-890): each end of a transaction gives the producer the next epoch, and the markers bear it. So whatever of the old transaction is
 * still on its way comes with an epoch that is over. An epoch goes up to 32,766 for producers; 32,767 is kept for fencing. Then the id of the
 * producer is changed, and epochs begin at 0.
 */
import { assert } from '../assert.ts';
import type { Timestamp } from '../types.ts';
import { PartitionSet } from './partition-set.ts';
import { isIdle, mayFollow, type TransactionState } from './transaction-state.ts';

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const PRODUCER_EPOCH_MAX = 0x7fff;

/** What client and coordinator agreed on: 0 and 1 as of KIP-98 (1 has a flexible log format), 2 as of KIP-890. */
export type TransactionVersion = 0 | 1 | 2;

export interface TransactionMetadata {
  readonly producerId: number;
  /** The one before, as long as a retry may come with it; -1 for none. */
  readonly previousProducerId: number;
  /** The one that the producer has from the end of this transaction on, when its epochs are used up; -1 else. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /** With which a retry of what gave the current epoch comes; -1 when it was another producer's. Not written to the log. */
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  readonly partitions: PartitionSet;
  /** -1 before the first transaction. */
  readonly startedAt: Timestamp;
  readonly updatedAt: Timestamp;
  readonly clientVersion: TransactionVersion;
}

export function newMetadata(producerId: number, timeoutMs: number, now: Timestamp): TransactionMetadata {
  return {
    producerId,
    previousProducerId: NO_PRODUCER_ID,
    nextProducerId: NO_PRODUCER_ID,
    producerEpoch: NO_PRODUCER_EPOCH,
    lastProducerEpoch: NO_PRODUCER_EPOCH,
    timeoutMs,
    state: 'Empty',
    partitions: PartitionSet.none,
    startedAt: -1,
    updatedAt: now,
    clientVersion: 0,
  };
}

/** No producer gets the last epoch: with it the coordinator can always fence who has the one before. */
export function isEpochExhausted(epoch: number): boolean {
  return epoch >= PRODUCER_EPOCH_MAX - 1;
}

/** A producer is initialised with the next epoch. `lastProducerEpoch` is -1 unless it is the same producer that goes on. */
export function withEpoch(
  metadata: TransactionMetadata,
  epochs: { readonly producerEpoch: number; readonly lastProducerEpoch: number },
  timeoutMs: number,
  now: Timestamp,
): TransactionMetadata {
  assert(epochs.producerEpoch < PRODUCER_EPOCH_MAX, 'a producer with the epoch that is for fencing');
  return next(metadata, 'Empty', now, { ...epochs, timeoutMs, partitions: PartitionSet.none, startedAt: -1 });
}

/** A producer is initialised with another id, since the epochs of the last one are used up. */
export function withProducerId(
  metadata: TransactionMetadata,
  producerId: number,
  { timeoutMs, keepsLastEpoch }: { readonly timeoutMs: number; readonly keepsLastEpoch: boolean },
  now: Timestamp,
): TransactionMetadata {
  const lastProducerEpoch = keepsLastEpoch ? metadata.producerEpoch : NO_PRODUCER_EPOCH;
  const begun = { producerId, producerEpoch: 0, lastProducerEpoch, timeoutMs };
  return next(metadata, 'Empty', now, { ...begun, partitions: PartitionSet.none, startedAt: -1 });
}

/** Partitions are added to the transaction, which the first of them begins. */
export function withPartitions(
  metadata: TransactionMetadata,
  partitions: PartitionSet,
  clientVersion: TransactionVersion,
  now: Timestamp,
): TransactionMetadata {
  const startedAt = isIdle(metadata.state) ? now : metadata.startedAt;
  return next(metadata, 'Ongoing', now, { partitions: metadata.partitions.with(partitions), startedAt, clientVersion });
}

/** The end is decided: from here on nothing but the markers is missing. */
export function prepared(
  metadata: TransactionMetadata,
  state: 'PrepareCommit' | 'PrepareAbort',
  { clientVersion, nextProducerId }: { readonly clientVersion: TransactionVersion; readonly nextProducerId: number },
  now: Timestamp,
): TransactionMetadata {
  const { producerEpoch, lastProducerEpoch } = metadata;
  // An abort of nothing never began; it has to have a time all the same.
  const startedAt = isIdle(metadata.state) ? now : metadata.startedAt;
  const epochs =
    clientVersion >= 2
      ? { producerEpoch: Math.min(producerEpoch + 1, PRODUCER_EPOCH_MAX), lastProducerEpoch: producerEpoch }
      : { producerEpoch, lastProducerEpoch };
  return next(metadata, state, now, { ...epochs, nextProducerId, startedAt, clientVersion });
}

/** All markers are written. */
export function completed(metadata: TransactionMetadata, now: Timestamp): TransactionMetadata {
  const { state, clientVersion, nextProducerId } = metadata;
  const goesOn =
    clientVersion >= 2 && nextProducerId !== NO_PRODUCER_ID ? { producerId: nextProducerId, producerEpoch: 0 } : {};
  return next(metadata, state === 'PrepareCommit' ? 'CompleteCommit' : 'CompleteAbort', now, {
    ...goesOn,
    nextProducerId: NO_PRODUCER_ID,
    partitions: PartitionSet.none,
  });
}

/** What an id becomes that has expired; in the log a tombstone says so. */
export function dead(metadata: TransactionMetadata): TransactionMetadata {
  return next(metadata, 'Dead', metadata.updatedAt, { partitions: PartitionSet.none });
}

function next(
  metadata: TransactionMetadata,
  state: TransactionState,
  now: Timestamp,
  changes: Partial<TransactionMetadata>,
): TransactionMetadata {
  assert(mayFollow(metadata.state, state), 'a transaction that goes from', metadata.state, 'to', state);
  // The clock may have been set back; what was written later is never older.
  const updatedAt = Math.max(now, metadata.updatedAt);
  return { ...metadata, previousProducerId: metadata.producerId, ...changes, state, updatedAt };
}
