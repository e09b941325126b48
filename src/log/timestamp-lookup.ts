/**
 * Finds offsets by time, as Kafka defines it: the first record, in the order of offsets, whose timestamp is at or after the target.
 *
 * Timestamps need not be in order: not in the log, not in a segment, not in a batch. So the time index only says from which batch on to
 * look; then batches are walked by their largest timestamp, and the records of the first one that qualifies, inflated if need be.
 */
import { BatchHeader } from '../record/batch-header.ts';
import { RecordBatch } from '../record/record-batch.ts';
import type { Segment } from '../segment/segment.ts';
import type { SegmentList } from './segment-list.ts';

export interface TimestampedOffset {
  readonly offset: number;
  readonly timestamp: number;
  /** Epoch of the record's batch, or -1. */
  readonly leaderEpoch: number;
}

/** The first record at or past `startOffset` with a timestamp of at least `timestamp`; null where there is none. */
export function findTimestamp(segments: SegmentList, startOffset: number, timestamp: number): TimestampedOffset | null {
  for (
    let slot = Math.max(segments.slotOfTimestamp(timestamp), segments.slotOf(startOffset));
    slot < segments.count;
    slot++
  ) {
    const segment = segments.all[slot];
    if (segment.size === 0 || segment.maxTimestamp < timestamp) continue;
    const found = findInSegment(segment, startOffset, timestamp);
    if (found !== null) return found;
  }
  return null;
}

/** The first record that has the largest timestamp of the log; null for an empty log, or one without timestamps. */
export function findMaxTimestamp(segments: SegmentList, startOffset: number): TimestampedOffset | null {
  const first = segments.slotOf(startOffset);
  let largest = maxTimestampFrom(segments.all[first], startOffset);
  for (const segment of segments.all.slice(first + 1)) {
    if (segment.size > 0) largest = Math.max(largest, segment.maxTimestamp);
  }
  return largest < 0 ? null : findTimestamp(segments, startOffset, largest);
}

/** The largest timestamp of a segment's records at or past `startOffset`: that of the segment may belong to a deleted record. */
function maxTimestampFrom(segment: Segment, startOffset: number): number {
  if (segment.size === 0) return -1;
  if (startOffset <= segment.baseOffset) return segment.maxTimestamp;
  let largest = -1;
  for (let position = segment.positionOf(startOffset); position < segment.size;) {
    const window = segment.headerWindow(position);
    const header = new BatchHeader(window, position - window.start);
    const size = segment.batchSize(window, position);
    if (header.baseOffset >= startOffset) largest = Math.max(largest, header.maxTimestamp);
    else largest = Math.max(largest, maxTimestampInBatch(segment, position, size, startOffset));
    position += size;
  }
  return largest;
}

function maxTimestampInBatch(segment: Segment, position: number, size: number, startOffset: number): number {
  const window = segment.window(position, position + size);
  const cursor = new RecordBatch(window, position - window.start, startOffset).cursor();
  let largest = -1;
  while (cursor.next()) largest = Math.max(largest, cursor.timestamp);
  return largest;
}

function findInSegment(segment: Segment, startOffset: number, timestamp: number): TimestampedOffset | null {
  // An entry has the largest timestamp so far and the batch that brought it: nothing before that batch reaches it.
  const from = Math.max(segment.times.offsetBefore(timestamp), startOffset);
  let position = segment.positionOf(from);
  let header: BatchHeader | null = null;
  while (position < segment.size) {
    const window = segment.headerWindow(position);
    if (header === null) header = new BatchHeader(window, position - window.start);
    else header.moveTo(window, position - window.start);
    const size = segment.batchSize(window, position);
    if (header.maxTimestamp >= timestamp && header.lastOffset >= startOffset) {
      const found = findInBatch(segment, position, size, startOffset, timestamp);
      if (found !== null) return found;
    }
    position += size;
  }
  return null;
}

function findInBatch(
  segment: Segment,
  position: number,
  size: number,
  startOffset: number,
  timestamp: number,
): TimestampedOffset | null {
  const window = segment.window(position, position + size);
  const batch = new RecordBatch(window, position - window.start, startOffset);
  const cursor = batch.cursor();
  while (cursor.next()) {
    if (cursor.timestamp >= timestamp) {
      return { offset: cursor.offset, timestamp: cursor.timestamp, leaderEpoch: batch.leaderEpoch };
    }
  }
  return null;
}
