/**
 * What lies in a partition's directory: its segments by base offset, and what an interrupted roll, removal or cut left behind.
 *
 * `.deleted` was on its way out and `.cleaned` never became anything: both are removed. A `.swap` is a finished replacement that had not
 * taken its place yet; compaction makes them, and finishing its work needs Kafka's rules for it, so it is refused by name.
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  parseSegmentFile,
  segmentFile,
  SEGMENT_SUFFIXES,
  SNAPSHOT_SUFFIX,
  SWAP_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from '../segment/segment-files.ts';

export interface SegmentFiles {
  readonly baseOffset: number;
  readonly size: number;
  /** Both indexes have a file. */
  readonly indexed: boolean;
}

/** One that was removed since the directory was read has neither size nor inode: -1. */
export interface ListedSegment extends SegmentFiles {
  readonly inode: number;
}

/** What is there of a log. */
export interface ListedLog {
  /** In order. */
  readonly segments: ListedSegment[];
  /** Offsets of the producer snapshots. */
  readonly snapshots: readonly number[];
}

/** The segments of a directory in order. Changes nothing. */
export function listSegments(system: FileSystem, directory: string): ListedSegment[] {
  return listLog(system, directory).segments;
}

export function listLog(system: FileSystem, directory: string): ListedLog {
  const names = new Set(system.list(directory).map((entry) => entry.name));
  const segments: ListedSegment[] = [];
  const snapshots: number[] = [];
  for (const name of names) {
    const file = parseSegmentFile(name);
    if (file?.suffix === SNAPSHOT_SUFFIX) snapshots.push(file.baseOffset);
    if (file?.suffix !== LOG_SUFFIX) continue;
    const stem = name.slice(0, -LOG_SUFFIX.length);
    const { size, inode } = system.entry(join(directory, name)) ?? { size: -1, inode: -1 };
    segments.push({
      baseOffset: file.baseOffset,
      size,
      inode,
      indexed: names.has(stem + OFFSET_INDEX_SUFFIX) && names.has(stem + TIME_INDEX_SUFFIX),
    });
  }
  segments.sort((a, b) => a.baseOffset - b.baseOffset);
  return { segments, snapshots };
}

/** Removes leftovers, and indexes that have no log. */
export function tidyDirectory(system: FileSystem, directory: string): void {
  const names = new Set(system.list(directory).map((entry) => entry.name));
  for (const name of names) {
    const path = join(directory, name);
    if (name.endsWith(SWAP_SUFFIX)) {
      throw new MillraceError(
        'ERR_MILLRACE_UNSUPPORTED',
        `${path} is left of an interrupted compaction; start Kafka on it once`,
        {
          path,
        },
      );
    }
    const leftover = name.endsWith(DELETED_SUFFIX) || name.endsWith(CLEANED_SUFFIX);
    if (leftover || isOrphan(name, names)) system.remove(path);
  }
}

/** Removes a segment's files. */
export function removeSegmentFiles(system: FileSystem, directory: string, baseOffset: number): void {
  for (const suffix of SEGMENT_SUFFIXES) system.remove(segmentFile(directory, baseOffset, suffix));
}

/**
 * Removes producer snapshots past the log's end: they tell of records that are no more, and whoever opens the log later, when it has grown
 * past them, would believe them. (`ProducerStateManager.truncateAndReload`.)
 */
export function removeSnapshotsPast(system: FileSystem, directory: string, endOffset: number): void {
  for (const { name } of system.list(directory)) {
    const file = parseSegmentFile(name);
    if (file?.suffix === SNAPSHOT_SUFFIX && file.baseOffset > endOffset) system.remove(join(directory, name));
  }
}

const INDEX_SUFFIXES: ReadonlySet<string> = new Set([OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX]);

function isOrphan(name: string, names: ReadonlySet<string>): boolean {
  const file = parseSegmentFile(name);
  if (file === null || !INDEX_SUFFIXES.has(file.suffix)) return false;
  return !names.has(name.slice(0, -file.suffix.length) + LOG_SUFFIX);
}
