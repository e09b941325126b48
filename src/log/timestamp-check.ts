/**
 * The timestamps of a producer's ready batches, before they are believed.
 *
 * The largest one is what the batch's header says, which decides how long its segment is kept; Kafka walks and inflates all records to make sure of
 * it. Here that is done where `message.timestamp.before.max.ms` is set, since no header has the smallest one. A header that says too little
 * hides its own records from look-ups by time, and nobody else's.
 */
import { MillraceError } from '../errors.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { RecordBatch } from '../record/record-batch.ts';
import { isInRange, outOfRange, type TimestampBounds } from '../record/timestamp-range.ts';
import type { Timestamp, TimestampType } from '../types.ts';

export interface TimestampTerms extends TimestampBounds {
  readonly timestampType: TimestampType;
  readonly now: Timestamp;
}

/** Throws ERR_MILLRACE_INVALID_TIMESTAMP for a batch that a topic with these terms does not take. */
export function checkTimestamps(header: BatchHeader, window: ByteWindow, terms: TimestampTerms): void {
  if (header.timestampType === 'LogAppendTime') {
    throw new MillraceError(
      'ERR_MILLRACE_INVALID_TIMESTAMP',
      'a batch of type LogAppendTime, which only a log may give it; expected CreateTime',
    );
  }
  if (terms.timestampType === 'LogAppendTime') return;
  const { now } = terms;
  if (!isInRange(header.maxTimestamp, now, terms)) throw outOfRange('a batch', header.maxTimestamp, now, terms);
  if (terms.timestampBeforeMaxMs === Number.MAX_SAFE_INTEGER) return;
  const cursor = new RecordBatch(window, header.position).cursor();
  while (cursor.next()) {
    if (isInRange(cursor.timestamp, now, terms)) continue;
    throw outOfRange(`records[${cursor.offsetDelta}] of a batch`, cursor.timestamp, now, terms);
  }
}
