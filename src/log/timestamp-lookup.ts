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

/**
 * What is asked for, in the words of Kafka's `OffsetSpec`: where the log begins, where it ends, its first record with the largest timestamp, or
 * the first record that is of this time or later.
 */
export type OffsetSpec = 'earliest' | 'latest' | 'maxTimestamp' | { readonly timestamp: number };

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
  if (largest < 0) return null;
  return findTimestamp(segments, startOffset, largest) ?? scanForMaxTimestamp(segments, startOffset);
}

/**
 * The same by looking at every batch: a batch that compaction emptied keeps the largest timestamp that it had, and a header may say more than
 * its records do.
 */
function scanForMaxTimestamp(segments: SegmentList, startOffset: number): TimestampedOffset | null {
  let best: TimestampedOffset | null = null;
  for (const segment of segments.all.slice(segments.slotOf(startOffset))) {
    for (let position = segment.positionOf(startOffset); position < segment.size;) {
      const window = segment.headerWindow(position);
      const size = segment.batchSize(window, position);
      const { maxTimestamp } = new BatchHeader(window, position - window.start);
      if (maxTimestamp > (best?.timestamp ?? -1)) best = largestInBatch(segment, position, size, startOffset, best);
      position += size;
    }
  }
  return best;
}

function largestInBatch(
  segment: Segment,
  position: number,
  size: number,
  startOffset: number,
  before: TimestampedOffset | null,
): TimestampedOffset | null {
  const window = segment.window(position, position + size);
  const batch = new RecordBatch(window, position - window.start, startOffset);
  const cursor = batch.cursor();
  let best = before;
  while (cursor.next()) {
    const { timestamp } = cursor;
    if (timestamp > (best?.timestamp ?? -1))
      best = { offset: cursor.offset, timestamp, leaderEpoch: batch.leaderEpoch };
  }
  return best;
}

/** Leader epoch of the batch that has `offset`, or of the first one after it; -1 where there is none. */
export function epochOfOffset(segments: SegmentList, offset: number): number {
  for (const segment of segments.all.slice(segments.slotOf(offset))) {
    const position = segment.positionOf(offset);
    if (position >= segment.size) continue;
    const window = segment.headerWindow(position);
    return new BatchHeader(window, position - window.start).leaderEpoch;
  }
  return -1;
}

/** Leader epoch of the last batch, or -1. */
export function lastEpoch(segments: SegmentList): number {
  const segment = segments.all.findLast(({ size }) => size > 0);
  if (segment === undefined) return -1;
  let epoch = -1;
  for (let position = segment.offsets.floorPosition(segment.size - 1); position < segment.size;) {
    const window = segment.headerWindow(position);
    epoch = new BatchHeader(window, position - window.start).leaderEpoch;
    position += segment.batchSize(window, position);
  }
  return epoch;
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
