/**
 * A segment's index files as far as they can be indexes of its log: where recovery, opening and following begin.
 *
 * A torn, padded or foreign file gives fewer entries than it has, a missing one none. Plausible is not right: who trusts the entries looks at
 * what they point to as well (index-check.ts).
 */
import type { FileSystem } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { OFFSET_ENTRY_SIZE, OffsetIndex } from '../index/offset-index.ts';
import { TIME_ENTRY_SIZE, TimeIndex } from '../index/time-index.ts';
import { OFFSET_INDEX_SUFFIX, segmentFile, TIME_INDEX_SUFFIX } from './segment-files.ts';

/** The plausible entries of the offset index of a log of `logSize` bytes. */
export function loadOffsetIndex(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  logSize: number,
): OffsetIndex {
  const bytes = readWholeFile(system, segmentFile(directory, baseOffset, OFFSET_INDEX_SUFFIX));
  const count = OffsetIndex.plausibleEntries(bytes, logSize);
  return new OffsetIndex(baseOffset, bytes.subarray(0, count * OFFSET_ENTRY_SIZE));
}

/** The plausible entries of the time index. */
export function loadTimeIndex(system: FileSystem, directory: string, baseOffset: number): TimeIndex {
  const bytes = readWholeFile(system, segmentFile(directory, baseOffset, TIME_INDEX_SUFFIX));
  return new TimeIndex(baseOffset, bytes.subarray(0, TimeIndex.plausibleEntries(bytes) * TIME_ENTRY_SIZE));
}

/**
 * Both indexes of a segment that goes on growing. The last time entry that a close adds stands beside no offset entry: it is left out, and is
 * due again at the seal, as if there had been no close.
 */
export function loadUnsealedIndexes(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  logSize: number,
): { offsets: OffsetIndex; times: TimeIndex } {
  const offsets = loadOffsetIndex(system, directory, baseOffset, logSize);
  const times = loadTimeIndex(system, directory, baseOffset);
  times.truncateToOffset(offsets.count === 0 ? baseOffset : offsets.offsetAt(offsets.count - 1) + 1);
  return { offsets, times };
}
