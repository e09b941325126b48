/** Are the records of a batch what its header says: as many, and with that largest timestamp? Walks all of them, inflated if need be. */
import { native } from '../native.ts';
import type { RecordBatch } from '../record/record-batch.ts';

export interface RecordCheck {
  /** The first record that has the largest timestamp; null where no record has one of its own. */
  readonly offsetOfMaxTimestamp: number | null;
  readonly problem: string | null;
}

/** The largest timestamp delta of the batch at hand, and the offset delta of the first record that has it. */
const largest = new Float64Array(2);

/** ERR_MILLRACE_CORRUPT where a record is malformed, or bytes are left; ERR_MILLRACE_TOO_LARGE where they inflate too far. */
export function checkRecords(batch: RecordBatch): RecordCheck {
  const { recordCount, lastOffsetDelta } = batch;
  const records = batch.inflatedRecords;
  // The addon reads what is right, and most batches are; what it refuses is looked at here, to say what is wrong.
  if (!native.checkRecords(records, 0, records.length, recordCount, lastOffsetDelta, largest)) {
    const count = walk(batch);
    if (count !== recordCount) {
      return { offsetOfMaxTimestamp: null, problem: `the batch counts ${recordCount} records and has ${count}` };
    }
  }
  // Under LogAppendTime the header has the time of all; a batch that compaction emptied has kept its own.
  if (recordCount === 0 || batch.timestampType === 'LogAppendTime')
    return { offsetOfMaxTimestamp: null, problem: null };
  const timestamp = batch.baseTimestamp + largest[0];
  const offsetOfMaxTimestamp = batch.baseOffset + largest[1];
  if (timestamp === batch.maxTimestamp) return { offsetOfMaxTimestamp, problem: null };
  return {
    offsetOfMaxTimestamp,
    problem: `the batch has the largest timestamp ${batch.maxTimestamp}, and its records go up to ${timestamp}`,
  };
}

/** Reads all records one by one; returns how many there are. */
function walk(batch: RecordBatch): number {
  const cursor = batch.cursor();
  let count = 0;
  largest[0] = -Infinity;
  while (cursor.next()) {
    count++;
    if (cursor.timestampDelta > largest[0]) {
      largest[0] = cursor.timestampDelta;
      largest[1] = cursor.offsetDelta;
    }
    // One byte is the number of headers, which is 0: most records have none.
    const headersPosition = cursor.valuePosition + Math.max(0, cursor.valueSize);
    if (cursor.end - headersPosition > 1) void cursor.headers;
  }
  return count;
}
