/**
 * Finds offsets by time, as Kafka defines it: the first record, in the order of offsets, whose timestamp is at or after the target.
 *
 * Timestamps need not be in order: not in the log, not in a segment, not in a batch. So the time index only says from which batch on to
 * look; then batches are walked by their largest timestamp, and the records of the first one that qualifies, inflated if need be.
 */
import { isMillraceError } from '../errors.ts';
import { INFLATED_BYTES_MAX } from '../limits.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { RecordBatch } from '../record/record-batch.ts';
import type { Segment } from '../segment/segment.ts';
import { searchRecords, type TimestampedOffset, type WantedRecord } from './batch-search.ts';
import type { SegmentList } from './segment-list.ts';

export type { TimestampedOffset };

/**
 * What is asked for, in the words of Kafka's `OffsetSpec`: where the log begins, where it ends, its first record with the largest timestamp, or
 * the first record that is of this time or later.
 */
export type OffsetSpec = 'earliest' | 'latest' | 'maxTimestamp' | { readonly timestamp: number };

/** How far a look-up goes before it stops, for who goes on with it later (aside-lookup.ts). */
export interface LookUpBounds {
  /** Of a batch that is looked into. */
  readonly inflatedBytesMax: number;
  /** Asked before each of them. */
  isOver(): boolean;
}

/** All before `offset` was looked at, except for what is in `batch`, if there is one: it inflates to more than the bound. */
export interface Stop {
  readonly offset: number;
  readonly batch: Uint8Array | null;
}

export interface Progress {
  readonly found: TimestampedOffset | null;
  readonly stop: Stop | null;
}

const UNBOUNDED: LookUpBounds = { inflatedBytesMax: INFLATED_BYTES_MAX, isOver: () => false };
const NOTHING: Progress = { found: null, stop: null };

/** The first record at or past `startOffset` with a timestamp of at least `timestamp`; null where there is none. */
export function findTimestamp(segments: SegmentList, startOffset: number, timestamp: number): TimestampedOffset | null {
  return lookForTimestamp(segments, { startOffset, timestamp, wants: 'first' }, UNBOUNDED).found;
}

/** The first record that has the largest timestamp of the log; null for an empty log, or one without timestamps. */
export function findMaxTimestamp(segments: SegmentList, startOffset: number): TimestampedOffset | null {
  const largest = largestTimestamp(segments, startOffset, UNBOUNDED);
  if (largest < 0) return null;
  return (
    findTimestamp(segments, startOffset, largest) ??
    lookForLargest(segments, { startOffset, best: null }, UNBOUNDED).found
  );
}

/** As `findTimestamp`, within bounds. */
export function lookForTimestamp(segments: SegmentList, wanted: WantedRecord, bounds: LookUpBounds): Progress {
  const { startOffset, timestamp } = wanted;
  for (
    let slot = Math.max(segments.slotOfTimestamp(timestamp), segments.slotOf(startOffset));
    slot < segments.count;
    slot++
  ) {
    const segment = segments.all[slot];
    if (segment.size === 0 || segment.maxTimestamp < timestamp) continue;
    const progress = lookInSegment(segment, wanted, bounds);
    if (progress !== NOTHING) return progress;
  }
  return NOTHING;
}

/** No record has a larger timestamp; one of a log that no bounds stopped has this one, as far as headers say. -1: there is none. */
export function largestTimestamp(segments: SegmentList, startOffset: number, bounds: LookUpBounds): number {
  const first = segments.slotOf(startOffset);
  let largest = maxTimestampFrom(segments.all[first], startOffset, bounds);
  for (const segment of segments.all.slice(first + 1)) {
    if (segment.size > 0) largest = Math.max(largest, segment.maxTimestamp);
  }
  return largest;
}

/**
 * As `findMaxTimestamp`, by looking at every batch: a batch that compaction emptied keeps the largest timestamp that it had, and a header may say more than
 * its records do. `best`: what is to be surpassed.
 */
export function lookForLargest(
  segments: SegmentList,
  { startOffset, best }: { readonly startOffset: number; readonly best: TimestampedOffset | null },
  bounds: LookUpBounds,
): Progress {
  let found = best;
  for (const segment of segments.all.slice(segments.slotOf(startOffset))) {
    for (let position = segment.positionOf(startOffset); position < segment.size;) {
      const window = segment.headerWindow(position);
      const size = segment.batchSize(window, position);
      const { maxTimestamp, baseOffset } = new BatchHeader(window, position - window.start);
      if (bounds.isOver()) return { found, stop: { offset: baseOffset, batch: null } };
      const least = (found?.timestamp ?? -1) + 1;
      if (maxTimestamp >= least) {
        const wanted: WantedRecord = { startOffset, timestamp: least, wants: 'largest' };
        const inside = lookInBatch(segment, { position, size }, wanted, bounds);
        if (inside.stop !== null) return { found, stop: inside.stop };
        found = inside.found ?? found;
      }
      position += size;
    }
  }
  return { found, stop: null };
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
function maxTimestampFrom(segment: Segment, startOffset: number, bounds: LookUpBounds): number {
  if (segment.size === 0) return -1;
  if (startOffset <= segment.baseOffset) return segment.maxTimestamp;
  const wanted: WantedRecord = { startOffset, timestamp: 0, wants: 'largest' };
  let largest = -1;
  for (let position = segment.positionOf(startOffset); position < segment.size;) {
    const window = segment.headerWindow(position);
    const header = new BatchHeader(window, position - window.start);
    const size = segment.batchSize(window, position);
    const isWhole = header.baseOffset >= startOffset;
    const { found, stop } = isWhole ? NOTHING : lookInBatch(segment, { position, size }, wanted, bounds);
    // Of a batch that is too large to be looked into the header says what it is at most.
    const inBatch = isWhole || stop !== null ? header.maxTimestamp : (found?.timestamp ?? -1);
    largest = Math.max(largest, inBatch);
    position += size;
  }
  return largest;
}

function lookInSegment(segment: Segment, wanted: WantedRecord, bounds: LookUpBounds): Progress {
  const { startOffset, timestamp } = wanted;
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
      if (bounds.isOver()) return { found: null, stop: { offset: header.baseOffset, batch: null } };
      const progress = lookInBatch(segment, { position, size }, wanted, bounds);
      if (progress !== NOTHING) return progress;
    }
    position += size;
  }
  return NOTHING;
}

function lookInBatch(
  segment: Segment,
  { position, size }: { readonly position: number; readonly size: number },
  wanted: WantedRecord,
  bounds: LookUpBounds,
): Progress {
  const window = segment.window(position, position + size);
  const batch = new RecordBatch(window, position - window.start, wanted.startOffset, bounds.inflatedBytesMax);
  try {
    const found = searchRecords(batch, wanted);
    return found === null ? NOTHING : { found, stop: null };
  } catch (error) {
    if (bounds === UNBOUNDED || !isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE')) throw error;
    return { found: null, stop: { offset: batch.nextOffset, batch: batch.bytes } };
  }
}
