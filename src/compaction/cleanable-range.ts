/**
 * What of a log may be compacted now, and how much of that is new since the last time.
 *
 *     start      first dirty        bound                end
 *     | clean    | dirty            | not to be touched  |
 *
 * The bound lies at a segment's beginning: before the high watermark and the last stable offset, before the active segment, and before the first segment with a
 * record younger than `min.compaction.lag.ms`. (`LogCleanerManager.cleanableOffsets`, `LogToClean`.) Opens no file but the time indexes of dirty segments, and only
 * where a lag is set.
 */
import type { PartitionLog } from '../log/partition-log.ts';
import { BatchHeader } from '../record/batch-header.ts';
import type { Segment } from '../segment/segment.ts';

export interface CleanableRange {
  readonly firstDirtyOffset: number;
  readonly bound: number;
  /** Sealed segments before the bound, in their order. */
  readonly segments: readonly Segment[];
  readonly cleanBytes: number;
  readonly dirtyBytes: number;
  /** Dirty bytes in all that may be compacted; 0 where there is nothing. */
  readonly dirtyRatio: number;
  /** A record has waited longer than `max.compaction.lag.ms`. */
  readonly isOverdue: boolean;
}

/** `cleanedOffset`: from `cleaner-offset-checkpoint`; one that cannot be of this log counts for nothing. */
export function cleanableRange(log: PartitionLog, cleanedOffset: number, now: number): CleanableRange {
  const { startOffset, endOffset, sealedSegments } = log;
  const isKnown = cleanedOffset >= startOffset && cleanedOffset <= endOffset;
  const firstDirtyOffset = isKnown ? cleanedOffset : startOffset;
  const bound = boundOf(log, firstDirtyOffset, now);
  const segments = sealedSegments.filter(({ baseOffset }) => baseOffset < bound);
  const firstDirty = segments.findLastIndex(({ baseOffset }) => baseOffset <= firstDirtyOffset);
  const isDirty = firstDirtyOffset < bound;
  const dirty = isDirty ? segments.slice(Math.max(firstDirty, 0)) : [];
  const cleanBytes = sizeOf(segments.filter(({ baseOffset }) => baseOffset < firstDirtyOffset));
  const dirtyBytes = sizeOf(dirty);
  const total = cleanBytes + dirtyBytes;
  return {
    firstDirtyOffset,
    bound: Math.max(bound, firstDirtyOffset),
    segments,
    cleanBytes,
    dirtyBytes,
    dirtyRatio: total === 0 ? 0 : dirtyBytes / total,
    isOverdue: isOverdue(dirty, log.settings.maxCompactionLagMs, now),
  };
}

function boundOf(log: PartitionLog, firstDirtyOffset: number, now: number): number {
  const { sealedSegments, settings } = log;
  const stable = log.lastStableOffset;
  let bound = log.activeBaseOffset;
  // A segment that has an offset past the stable part, or a young record, and what follows it.
  for (let i = sealedSegments.length - 1; i >= 0; i--) {
    const { baseOffset } = sealedSegments[i];
    const end = sealedSegments[i + 1]?.baseOffset ?? log.activeBaseOffset;
    if (end <= stable) break;
    bound = baseOffset;
  }
  const { minCompactionLagMs } = settings;
  if (minCompactionLagMs === 0) return bound;
  const young = sealedSegments.find((segment, i) => {
    const end = sealedSegments[i + 1]?.baseOffset ?? log.activeBaseOffset;
    return end > firstDirtyOffset && segment.maxTimestamp > now - minCompactionLagMs;
  });
  return Math.min(bound, young?.baseOffset ?? bound);
}

/** Has a first batch of these waited too long? Batches without a time do not wait. */
function isOverdue(dirty: readonly Segment[], maxCompactionLagMs: number, now: number): boolean {
  if (maxCompactionLagMs === Number.MAX_SAFE_INTEGER) return false;
  return dirty.some((segment) => {
    if (segment.size === 0) return false;
    const timestamp = new BatchHeader(segment.headerWindow(0), 0).maxTimestamp;
    return timestamp > 0 && timestamp < now - maxCompactionLagMs;
  });
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { size }) => sum + size, 0);
}
