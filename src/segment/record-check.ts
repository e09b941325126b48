/** Are the records of a batch what its header says: as many, and with that largest timestamp? Walks all of them, inflated if need be. */
import type { RecordBatch } from '../record/record-batch.ts';

export interface RecordCheck {
  /** The first record that has the largest timestamp; null where no record has one of its own. */
  readonly offsetOfMaxTimestamp: number | null;
  readonly problem: string | null;
}

/** ERR_MILLRACE_CORRUPT where a record is malformed, or bytes are left; ERR_MILLRACE_TOO_LARGE where they inflate too far. */
export function checkRecords(batch: RecordBatch): RecordCheck {
  const cursor = batch.cursor();
  let count = 0;
  let largest = -Infinity;
  let deltaOfLargest = 0;
  while (cursor.next()) {
    count++;
    if (cursor.timestampDelta > largest) {
      largest = cursor.timestampDelta;
      deltaOfLargest = cursor.offsetDelta;
    }
    // One byte is the number of headers, which is 0: most records have none.
    const headersPosition = cursor.valuePosition + Math.max(0, cursor.valueSize);
    if (cursor.end - headersPosition > 1) void cursor.headers;
  }
  if (count !== batch.recordCount) {
    return { offsetOfMaxTimestamp: null, problem: `the batch counts ${batch.recordCount} records and has ${count}` };
  }
  // Under LogAppendTime the header has the time of all; a batch that compaction emptied has kept its own.
  if (count === 0 || batch.timestampType === 'LogAppendTime') return { offsetOfMaxTimestamp: null, problem: null };
  const timestamp = batch.baseTimestamp + largest;
  const offsetOfMaxTimestamp = batch.baseOffset + deltaOfLargest;
  if (timestamp === batch.maxTimestamp) return { offsetOfMaxTimestamp, problem: null };
  return {
    offsetOfMaxTimestamp,
    problem: `the batch has the largest timestamp ${batch.maxTimestamp}, and its records go up to ${timestamp}`,
  };
}
