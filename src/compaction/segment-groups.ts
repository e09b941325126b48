/**
 * Which neighbours among the segments of a log are compacted into one: as many as surely fit into a segment and its indexes, so that segments do not become
 * ever smaller. (`Cleaner.groupSegmentsBySize`.) All sums are in doubles, which are exact far beyond what a log holds.
 */
import { COMPACTION_GROUP_SEGMENTS_MAX, SEGMENT_OFFSETS_MAX } from '../limits.ts';
import type { SealedSegment } from './sealed-segment.ts';

export interface GroupedSegment extends SealedSegment {
  readonly offsetIndexBytes: number;
  readonly timeIndexBytes: number;
}

export interface GroupBounds {
  /** `segment.bytes` */
  readonly segmentBytes: number;
  /** `segment.index.bytes` */
  readonly indexBytes: number;
}

export function groupSegments<T extends GroupedSegment>(segments: readonly T[], bounds: GroupBounds): T[][] {
  const groups: T[][] = [];
  let sum = { size: 0, offsetIndexBytes: 0, timeIndexBytes: 0 };
  for (const segment of segments) {
    const group = groups.at(-1);
    const size = sum.size + segment.size;
    const offsetIndexBytes = sum.offsetIndexBytes + segment.offsetIndexBytes;
    const timeIndexBytes = sum.timeIndexBytes + segment.timeIndexBytes;
    // An empty one has no offset that would have to fit.
    const fits =
      group !== undefined &&
      size <= bounds.segmentBytes &&
      offsetIndexBytes <= bounds.indexBytes &&
      timeIndexBytes <= bounds.indexBytes &&
      (segment.size === 0 || segment.endOffset - 1 - group[0].baseOffset <= SEGMENT_OFFSETS_MAX) &&
      group.length < COMPACTION_GROUP_SEGMENTS_MAX;
    if (fits) {
      group.push(segment);
      sum = { size, offsetIndexBytes, timeIndexBytes };
    } else {
      groups.push([segment]);
      sum = segment;
    }
  }
  return groups;
}
