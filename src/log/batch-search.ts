/**
 * Looks for a record by its time in one batch: where the look-up is, or in a thread, since a batch of a few kilobytes may inflate to hundreds of megabytes.
 *
 * Loaded by worker threads (batch-searcher.ts). Tasks and outcomes are plain data.
 */
import { byteWindow } from '../record/byte-window.ts';
import { RecordBatch } from '../record/record-batch.ts';
import { type PlainError, toPlainError } from '../worker/error-transfer.ts';

export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: number;
  /** Epoch of the record's batch, or -1. */
  readonly leaderEpoch: number;
}

/** Of the records at or past `startOffset` and of `timestamp` or later the first one, or the first of those with the largest timestamp. */
export interface WantedRecord {
  readonly startOffset: number;
  readonly timestamp: number;
  readonly wants: 'first' | 'largest';
}

export interface BatchSearchTask extends WantedRecord {
  readonly batch: Uint8Array;
}

export type BatchSearchOutcome =
  | { readonly kind: 'searched'; readonly found: TimestampedOffset | null }
  | { readonly kind: 'failed'; readonly error: PlainError };

/** Null: there is no such record. The batch knows where to start. */
export function searchRecords(batch: RecordBatch, wanted: WantedRecord): TimestampedOffset | null {
  const cursor = batch.cursor();
  let found: TimestampedOffset | null = null;
  while (cursor.next()) {
    const { timestamp } = cursor;
    if (found === null ? timestamp < wanted.timestamp : timestamp <= found.timestamp) continue;
    found = { offset: cursor.offset, timestamp, leaderEpoch: batch.leaderEpoch };
    if (wanted.wants === 'first') return found;
  }
  return found;
}

/** What the thread pool calls. */
export function searchBatch({ batch, ...wanted }: BatchSearchTask): BatchSearchOutcome {
  try {
    return {
      kind: 'searched',
      found: searchRecords(new RecordBatch(byteWindow(batch), 0, wanted.startOffset), wanted),
    };
  } catch (error) {
    return { kind: 'failed', error: toPlainError(error) };
  }
}
