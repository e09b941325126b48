/**
 * Which segments of a log have had their time: pure, for one log.
 *
 * From the oldest one on, as long as each is due: those wholly before the log start; then, where `cleanup.policy` has `delete`, as many as the log
 * is larger than `retention.bytes`, so that what stays is never less than that; then those whose largest timestamp is older than `retention.ms`. A
 * segment whose records have no timestamps is as old as its file. One that is not due keeps all behind it: a log has no holes. The active segment
 * is due like any other, unless it is empty. One that reaches past the high watermark is not. (UnifiedLog.deleteOldSegments.)
 */
import type { Segment } from '../segment/segment.ts';
import type { LogSettings } from './log-settings.ts';

export interface RetentionTerms {
  readonly settings: Pick<LogSettings, 'cleanupDelete' | 'retentionMs' | 'retentionBytes'>;
  readonly startOffset: number;
  readonly endOffset: number;
  /** No segment goes that reaches past it: what replicas may still lack stays. */
  readonly highWatermark: number;
  readonly now: number;
}

/** The part of a segment that retention asks for. */
export type RetainedSegment = Pick<Segment, 'baseOffset' | 'size' | 'maxTimestamp' | 'modifiedMs'>;

/** How many segments from the first one on are due, `most` at most. */
export function countExpired(segments: readonly RetainedSegment[], terms: RetentionTerms, most = Infinity): number {
  const { startOffset, now } = terms;
  const { cleanupDelete, retentionMs, retentionBytes } = terms.settings;
  const mayGo = (slot: number): boolean => {
    if (slot >= segments.length || slot >= most) return false;
    const isActive = slot + 1 === segments.length;
    return isReplicated(segments, slot, terms) && !(isActive && segments[slot].size === 0);
  };
  let due = 0;
  while (due < most && due + 1 < segments.length && segments[due + 1].baseOffset <= startOffset) due++;
  if (!cleanupDelete) return due;
  if (retentionBytes >= 0) {
    let excess = -retentionBytes;
    for (let slot = due; slot < segments.length; slot++) excess += segments[slot].size;
    while (mayGo(due) && excess >= segments[due].size) excess -= segments[due++].size;
  }
  if (retentionMs >= 0) while (mayGo(due) && now - largestTimestamp(segments[due]) > retentionMs) due++;
  return due;
}

/**
 * When the first segment becomes due if nothing is appended or replicated until then: `now` when it is due already, Infinity when it never is.
 */
export function expiresAt(segments: readonly RetainedSegment[], terms: RetentionTerms): number {
  if (countExpired(segments, terms, 1) > 0) return terms.now;
  const { cleanupDelete, retentionMs } = terms.settings;
  const [first] = segments;
  if (!cleanupDelete || retentionMs < 0 || first === undefined || first.size === 0) return Infinity;
  if (!isReplicated(segments, 0, terms)) return Infinity;
  return largestTimestamp(first) + retentionMs + 1;
}

/** All of the segment lies below the high watermark. */
function isReplicated(segments: readonly RetainedSegment[], slot: number, terms: RetentionTerms): boolean {
  const nextOffset = slot + 1 < segments.length ? segments[slot + 1].baseOffset : terms.endOffset;
  return nextOffset <= terms.highWatermark;
}

/** Of the records, or when the file was changed last where no record has one. (LogSegment.largestTimestamp.) */
export function largestTimestamp(segment: RetainedSegment): number {
  const { maxTimestamp } = segment;
  return maxTimestamp >= 0 ? maxTimestamp : segment.modifiedMs;
}
