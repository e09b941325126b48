/**
 * Puts new segments in the place of old ones, so that a crash at any moment leaves the old ones or the new ones.
 *
 * The new files are there, on stable storage, as `.cleaned`. Then, in this order: they become `.swap`, the last segment first; the old files get out
 * of the way as `.deleted`; `.swap` goes from the new names, the logs first. As long as there is a `.cleaned` file the `.swap` files from its
 * offset on are void, and the old ones count. After that the new ones do: opening the log finishes what was begun (`finishSwap`), also what Kafka left.
 * (LocalLog.replaceSegments, LogLoader.) The journal of a file system keeps renames in their order.
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { SEGMENT_OFFSETS_MAX } from '../limits.ts';
import {
  CLEANED_SUFFIX,
  CUT_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  parseSegmentFile,
  segmentFile,
  SEGMENT_SUFFIXES,
  SNAPSHOT_SUFFIX,
  SWAP_SUFFIX,
} from '../segment/segment-files.ts';
import { scanSegment } from '../segment/segment-scan.ts';

/** A segment that is to take a place: its `.cleaned` files are on stable storage. */
export interface NewSegment {
  readonly baseOffset: number;
  readonly size: number;
  /** Suffixes of the files that it has. */
  readonly suffixes: readonly string[];
}

/** Makes `.swap` files of the new ones: the point of no return. After a throw nothing has changed and they are gone. */
export function commitSwap(system: FileSystem, directory: string, added: readonly NewSegment[]): void {
  try {
    for (const { path } of filesOf(directory, added).toReversed())
      system.rename(path + CLEANED_SUFFIX, path + SWAP_SUFFIX);
  } catch (error) {
    // In this order: as long as a void one is there, so is a `.cleaned` before it.
    for (const { path } of filesOf(directory, added).toReversed()) system.remove(path + SWAP_SUFFIX);
    dropCleaned(system, directory, added);
    throw error;
  }
}

/** Removes the `.cleaned` files of segments that are not wanted any more. */
export function dropCleaned(system: FileSystem, directory: string, added: readonly NewSegment[]): void {
  for (const { path } of filesOf(directory, added)) system.remove(path + CLEANED_SUFFIX);
}

/** After `commitSwap`: moves the files of the old segments away and the new ones into their place. Returns the files to be removed. */
export function completeSwap(
  system: FileSystem,
  directory: string,
  added: readonly NewSegment[],
  replaced: readonly number[],
): string[] {
  const kept = new Set(added.map(({ baseOffset }) => baseOffset));
  const left: string[] = [];
  for (const baseOffset of replaced) {
    for (const suffix of SEGMENT_SUFFIXES) {
      // The state of producers before a segment does not change with what is in it.
      if (suffix === SNAPSHOT_SUFFIX && kept.has(baseOffset)) continue;
      const path = segmentFile(directory, baseOffset, suffix);
      if (!system.exists(path)) continue;
      system.rename(path, path + DELETED_SUFFIX);
      left.push(path + DELETED_SUFFIX);
    }
  }
  for (const { path } of logsFirst(filesOf(directory, added))) system.rename(path + SWAP_SUFFIX, path);
  return left;
}

/** Finishes or undoes what a crash, or Kafka, has left of a swap. Durable when this returns. */
export function finishSwap(system: FileSystem, directory: string): void {
  const names = system.list(directory).map((entry) => entry.name);
  const cleaned = names.filter((name) => name.endsWith(CLEANED_SUFFIX));
  // What is left of a cut says nothing of a swap.
  const firstCleaned = Math.min(...cleaned.filter((name) => !name.endsWith(CUT_SUFFIX)).map(offsetIn));
  const swaps: { name: string; path: string; baseOffset: number; suffix: string }[] = [];
  for (const name of names.filter((each) => each.endsWith(SWAP_SUFFIX))) {
    const file = parseSegmentFile(name.slice(0, -SWAP_SUFFIX.length));
    if (file === null || file.baseOffset >= firstCleaned) system.remove(join(directory, name));
    else swaps.push({ ...file, name, path: segmentFile(directory, file.baseOffset, file.suffix) });
  }
  for (const name of cleaned) system.remove(join(directory, name));
  const logs = swaps.filter(({ suffix }) => suffix === LOG_SUFFIX);
  const kept = new Set(logs.map(({ baseOffset }) => baseOffset));
  const first = Math.min(...kept);
  const end = Math.max(...logs.map(({ path, baseOffset }) => endOfSegment(system, path + SWAP_SUFFIX, baseOffset)));
  for (const name of names) {
    const file = parseSegmentFile(name);
    if (file === null) continue;
    const { baseOffset, suffix } = file;
    const isReplaced = kept.has(baseOffset) ? suffix !== SNAPSHOT_SUFFIX : baseOffset >= first && baseOffset < end;
    if (isReplaced) system.remove(join(directory, name));
  }
  for (const { path } of logsFirst(swaps)) system.rename(path + SWAP_SUFFIX, path);
  system.syncDirectory(directory);
}

/** Is there anything for `finishSwap`? */
export function isLeftOfSwap(name: string): boolean {
  return name.endsWith(SWAP_SUFFIX) || name.endsWith(CLEANED_SUFFIX);
}

interface SwapFile {
  readonly path: string;
  readonly suffix: string;
}

function filesOf(directory: string, segments: readonly NewSegment[]): SwapFile[] {
  return segments.flatMap(({ baseOffset, suffixes }) =>
    suffixes.map((suffix) => ({ path: segmentFile(directory, baseOffset, suffix), suffix })),
  );
}

/** Once a log has its name nothing of the segment is old, and its other files only have to follow. */
function logsFirst<T extends { readonly suffix: string }>(files: readonly T[]): T[] {
  const isLog = ({ suffix }: T): boolean => suffix === LOG_SUFFIX;
  return [...files.filter(isLog), ...files.filter((file) => !isLog(file))];
}

/** Where the records of a finished segment end. One that is damaged is not put in the place of others. */
function endOfSegment(system: FileSystem, path: string, baseOffset: number): number {
  const file = system.open(path, 'r');
  try {
    const size = file.size();
    const lastOffsetMax = baseOffset + SEGMENT_OFFSETS_MAX;
    const options = { position: 0, size, nextOffset: baseOffset, epoch: -1, lastOffsetMax };
    const { position, nextOffset } = scanSegment(file, options, () => undefined);
    if (position === size) return nextOffset;
    throw new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `${path} at ${position} has no whole batch, and was to take the place of other segments`,
      { path, position },
    );
  } finally {
    file.close();
  }
}

/** The offset that a name begins with; such as parse to none are before all. */
function offsetIn(name: string): number {
  const offset = Number(name.slice(0, name.indexOf('.')));
  return Number.isSafeInteger(offset) ? offset : -1;
}
