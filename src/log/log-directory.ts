/**
 * What lies in a partition's directory: its segments by base offset, and what an interrupted roll, removal, cut or compaction left behind.
 *
 * `.deleted` was on its way out and `.cleaned` never became anything: both are removed. A `.swap` is a finished replacement that had not
 * taken its place yet: it does now.
 */
import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';
import { staleFile } from '../file/stale-file.ts';
import {
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
import { finishSwap, isLeftOfSwap } from './segment-swap.ts';

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
  /** A transaction was aborted, so there were producers, whether a snapshot is left of them or not. */
  readonly hasTransactionIndex: boolean;
}

/** Which is the first of them that reaches past the log start: those before it are on their way out. */
export function firstReadable(segments: readonly SegmentFiles[], startOffset: number): number {
  let first = 0;
  while (first + 1 < segments.length && segments[first + 1].baseOffset <= startOffset) first++;
  return first;
}

/** The segments of a directory in order. Changes nothing. */
export function listSegments(system: FileSystem, directory: string): ListedSegment[] {
  return listLog(system, directory).segments;
}

export function listLog(system: FileSystem, directory: string): ListedLog {
  return logNamed(system, directory, namesIn(system, directory));
}

/**
 * The segments of a log that another process writes. While that one puts compacted segments in place, a part of the log is under neither name: then this
 * throws as of a file that has gone (stale-file.ts). Asked twice, since names may change while they are read.
 */
export function listSettledSegments(system: FileSystem, directory: string): ListedSegment[] {
  const names = namesIn(system, directory);
  const { segments } = logNamed(system, directory, names);
  const inSwap = [...names].find((name) => name.endsWith(LOG_SUFFIX + SWAP_SUFFIX));
  if (inSwap !== undefined) throw staleFile(join(directory, inSwap));
  const again = listSegments(system, directory);
  const isSame = segments.every((segment, i) => again[i]?.inode === segment.inode);
  if (isSame) return segments;
  throw staleFile(directory);
}

/** What is there of a log that is about to be opened for writing: what was left behind is tidied up, if there is anything. */
export function settleLog(system: FileSystem, directory: string): ListedLog {
  const names = namesIn(system, directory);
  if (![...names].some(isLeftBehind)) return logNamed(system, directory, names);
  tidyDirectory(system, directory);
  return listLog(system, directory);
}

function isLeftBehind(name: string): boolean {
  return isLeftOfSwap(name) || name.endsWith(DELETED_SUFFIX);
}

function namesIn(system: FileSystem, directory: string): ReadonlySet<string> {
  return new Set(system.list(directory).map((entry) => entry.name));
}

function logNamed(system: FileSystem, directory: string, names: ReadonlySet<string>): ListedLog {
  const segments: ListedSegment[] = [];
  const snapshots: number[] = [];
  let hasTransactionIndex = false;
  for (const name of names) {
    const file = parseSegmentFile(name);
    if (file?.suffix === SNAPSHOT_SUFFIX) snapshots.push(file.baseOffset);
    hasTransactionIndex ||= file?.suffix === TRANSACTION_INDEX_SUFFIX;
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
  return { segments, snapshots, hasTransactionIndex };
}

/** Finishes or undoes an interrupted compaction; removes leftovers, and indexes that have no log. */
export function tidyDirectory(system: FileSystem, directory: string): void {
  if ([...namesIn(system, directory)].some(isLeftOfSwap)) finishSwap(system, directory);
  const names = namesIn(system, directory);
  for (const name of names) {
    if (name.endsWith(DELETED_SUFFIX) || isOrphan(name, names)) system.remove(join(directory, name));
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
