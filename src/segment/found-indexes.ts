/**
 * Index files of a sealed segment that this process did not write: looked at before they are used, and made again where they are missing, short, padded or
 * foreign.
 *
 * That reads the whole `.log`: `lookAtIndexes` at once, `lookInTurns` in steps between which the event loop has its turn, each brought into memory
 * on another thread first. Who writes the directory writes down what it made, so that it is made once.
 */
import { setImmediate } from 'node:timers/promises';
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { WholeFile } from '../file/whole-file.ts';
import type { WindowCache, WindowSource } from '../file/window-cache.ts';
import { INDEX_REBUILD_STEP_BYTES, SCAN_CHUNK_BYTES } from '../limits.ts';
import type { GrowingIndexes, IndexSettings } from './growing-indexes.ts';
import { indexesHold } from './index-check.ts';
import { IndexRebuild, rebuildIndexes } from './index-rebuild.ts';
import { OFFSET_INDEX_SUFFIX, segmentFile, TIME_INDEX_SUFFIX } from './segment-files.ts';
import { writeIndexes } from './segment-recovery.ts';

export interface FoundIndexes extends IndexSettings {
  /** May files be written? A reader beside another process must not. */
  readonly mend?: boolean;
}

/** Whose indexes they are. */
export interface FoundSegment {
  readonly directory: string;
  readonly baseOffset: number;
}

/** What the files should say, for who is to keep it in memory; null where they say it. */
export function lookAtIndexes(system: FileSystem, segment: FoundSegment, found: FoundIndexes): GrowingIndexes | null {
  const { directory, baseOffset } = segment;
  if (indexesHold(system, directory, baseOffset, found)) return null;
  return settle(system, segment, found, rebuildIndexes(system, directory, baseOffset, found));
}

export interface TurnsOptions {
  readonly found: FoundIndexes;
  readonly log: WindowSource;
  readonly times: WholeFile<unknown>;
  /** Is the answer wanted still? */
  readonly isWanted: () => boolean;
}

/** The same, where the offset index has been brought in. Null too, and nothing is written, when the answer is not wanted any more. */
export async function lookInTurns(
  { system, cache }: { readonly system: FileSystem; readonly cache: WindowCache },
  segment: FoundSegment,
  { found, log, times, isWanted }: TurnsOptions,
): Promise<GrowingIndexes | null> {
  const { directory, baseOffset } = segment;
  await cache.bringInWhole(times);
  if (!isWanted() || indexesHold(system, directory, baseOffset, found)) return null;
  const rebuild = new IndexRebuild(system, directory, baseOffset, found);
  try {
    do {
      const { position, size } = rebuild;
      await cache.bringInPart(log, position, Math.min(position + INDEX_REBUILD_STEP_BYTES + SCAN_CHUNK_BYTES, size));
      await ownTurn();
      if (!isWanted()) return null;
    } while (rebuild.step(INDEX_REBUILD_STEP_BYTES));
  } finally {
    rebuild.close();
  }
  return settle(system, segment, found, rebuild);
}

/** Settles in a turn of the event loop in which it does for nobody else: many segments at once hold the loop no longer than one. */
function ownTurn(): Promise<void> {
  lastTurn = lastTurn.then(() => setImmediate());
  return lastTurn;
}

let lastTurn = Promise.resolve();

function settle(
  system: FileSystem,
  { directory, baseOffset }: FoundSegment,
  { mend = false }: FoundIndexes,
  { indexes, isWhole }: Pick<IndexRebuild, 'indexes' | 'isWhole'>,
): GrowingIndexes | null {
  // Of a log that is damaged the file that is left may know more.
  if (!mend || !isWhole) return indexes;
  try {
    // Files of their own, since they are not synced: after a power failure old pages between new ones might pass for an index, and zeros do not.
    for (const suffix of [OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX])
      system.remove(segmentFile(directory, baseOffset, suffix));
    writeIndexes(system, directory, baseOffset, indexes, false);
    return null;
  } catch (error) {
    // A full disk, or one that fails, is no reason not to read: it is made again when the log is opened next.
    if (!isMillraceError(error)) throw error;
    return indexes;
  }
}
