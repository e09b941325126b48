/**
 * What of a run of batches a consumer hands out, found by a walk over the headers: never a control batch, and nothing of a transaction that a
 * reader of committed records must not see.
 */
import type { BatchRun } from '../record/batches.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { Offset } from '../types.ts';

export interface Survey {
  /** The offset of the first record, at the earliest. */
  readonly baseOffset: Offset;
  /** Of the last batch that is shown. */
  readonly lastOffset: Offset;
  /** Where reading goes on: past what is shown and what is skipped. */
  readonly nextOffset: Offset;
  /** Bytes of the batches that are shown; 0 when none is. */
  readonly size: number;
  /** Records of these batches from where the reader stands; of a compacted one that it enters in the middle, the fewest that there can be. */
  readonly records: number;
  /** Base offsets of data batches that are not shown, or null. */
  readonly skipped: ReadonlySet<Offset> | null;
}

/** Is a data batch of a transaction shown? */
export type Judge = (batch: RecordBatch) => boolean;

/** Walks the batches below `limit`. Without a judge all data batches are shown. */
export function surveyRun(run: BatchRun, limit: Offset, judge: Judge | null): Survey {
  const { startOffset } = run;
  let baseOffset = startOffset;
  let lastOffset = startOffset - 1;
  let nextOffset = startOffset;
  let size = 0;
  let records = 0;
  let skipped: Set<Offset> | null = null;
  for (const batch of run) {
    if (batch.baseOffset >= limit) {
      // Whatever gap there was before it, nothing below the limit is left.
      nextOffset = limit;
      break;
    }
    nextOffset = batch.nextOffset;
    if (batch.isControl) continue;
    if (judge === null || !batch.isTransactional || judge(batch)) {
      if (size === 0) {
        baseOffset = Math.max(startOffset, batch.baseOffset);
        records -= Math.min(baseOffset - batch.baseOffset, batch.recordCount);
      }
      lastOffset = batch.lastOffset;
      size += batch.size;
      records += batch.recordCount;
    } else {
      skipped ??= new Set();
      skipped.add(batch.baseOffset);
    }
  }
  return { baseOffset, lastOffset, nextOffset, size, records, skipped };
}
