/**
 * What a batch says of its producer, and a marker of the transaction that it ends: read from the bytes, and told to the states.
 */
import type { AbortedTransaction } from '../index/transaction-index.ts';
import type { BatchFields } from '../record/batch-header.ts';
import { decodeControlRecord } from '../record/control-record.ts';
import { RecordBatch } from '../record/record-batch.ts';
import type { ByteWindow, Offset } from '../types.ts';
import type { ProducedBatch, TransactionEnd } from './producer-state.ts';
import type { ProducerStates } from './producer-states.ts';

/** `baseOffset`: what the log gives it, where that is not what it says. */
export function producedBatch(header: BatchFields, baseOffset: Offset = header.baseOffset): ProducedBatch {
  return {
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    baseSequence: header.baseSequence,
    isTransactional: header.isTransactional,
    baseOffset,
    lastOffset: baseOffset + header.lastOffsetDelta,
    maxTimestamp: header.maxTimestamp,
  };
}

/** What the control batch at `position` ends; null for one of another kind, and for one that compaction has emptied. */
export function transactionEnd(window: ByteWindow, position: number): TransactionEnd | null {
  const batch = new RecordBatch(window, position);
  const [record] = batch;
  if (record === undefined) return null;
  const { type, coordinatorEpoch } = decodeControlRecord(record);
  if (type === 'other') return null;
  const { producerId, producerEpoch, baseOffset } = batch;
  return { producerId, producerEpoch, type, coordinatorEpoch, offset: baseOffset, timestamp: record.timestamp };
}

/** Whose batch stands in the log, whole, at `position` of the window. Returns what its segment's transaction index must have then. */
export function replayBatch(
  states: ProducerStates,
  window: ByteWindow,
  header: BatchFields,
): AbortedTransaction | null {
  if (!header.isControl) {
    states.append(producedBatch(header), -1);
    return null;
  }
  const end = transactionEnd(window, header.position);
  return end === null ? null : states.end(end, -1);
}
