/**
 * Cuts a log at an offset: what a follower does when its leader's log parts from its own.
 *
 * A file is never made shorter below what a reader may still see: the segment that the cut goes through is written anew up to there and
 * renamed into its place, so that views, in this process and in others, keep the old file. Crash-safe at each step: later segments go
 * first, from the last to the first, and the rename is one step.
 */
import type { FileSystem } from '../file/file-system.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { recoverSegment } from '../segment/segment-recovery.ts';
import { CUT_SUFFIX, LOG_SUFFIX } from '../segment/segment-files.ts';
import { abortedIn, writeTransactionIndex } from './aborted-transactions.ts';
import { removeSnapshotsPast } from './log-directory.ts';
import { loadActive } from './log-loading.ts';
import type { LogSettings } from './log-settings.ts';
import { indexSettings, type SegmentList } from './segment-list.ts';

const COPY_BYTES = 1024 * 1024;

/**
 * Where the log would end after a cut at `offset`: after the last batch that stays. When `offset` lies in a gap that is below it, for offsets
 * without a record at a log's end are what the next opening could not know of.
 */
export function endAfterCut(segments: SegmentList, offset: number): number {
  const segment = segments.all[segments.slotOf(offset)];
  const end = segment.positionOf(offset);
  if (end === 0) return segment.baseOffset;
  let position = segment.offsets.floorPosition(end - 1);
  for (;;) {
    const window = segment.headerWindow(position);
    const next = position + segment.batchSize(window, position);
    if (next >= end) return new BatchHeader(window, position - window.start).nextOffset;
    position = next;
  }
}

/** A cut that is ready. */
export interface PreparedCut {
  /** Does it; the log then ends at `endAfterCut` and is writable. */
  readonly apply: () => void;
  /** It is not to be done: gives back the room on the disk. */
  readonly cancel: () => void;
}

/**
 * Gets ready to remove all records from `offset` on, which lies in the log; the batch that has `offset` goes as a whole. Where that needs room on
 * the disk, it is taken here: after a throw nothing has changed.
 */
export function prepareCut(segments: SegmentList, offset: number, settings: LogSettings, now: number): PreparedCut {
  const { environment, directory } = segments;
  const { system } = environment;
  const slot = segments.slotOf(offset);
  const segment = segments.all[slot];
  const endOffset = endAfterCut(segments, offset);
  const { baseOffset, size } = segment;
  const position = segment.positionOf(offset);
  const path = segment.path(LOG_SUFFIX);
  // A compaction may be at work in another thread.
  const prefix = path + CUT_SUFFIX;
  const aborted = abortedIn(segments, slot);
  const kept = aborted.filter(({ lastOffset }) => lastOffset < endOffset);
  if (position < size) copyPrefix(system, path, prefix, position);
  const apply = (): void => {
    segments.remove(slot + 1, segments.count);
    if (position < size) system.rename(prefix, path);
    segments.pop();
    recoverSegment(system, {
      directory,
      baseOffset,
      settings: indexSettings(settings),
      trustedOffset: endOffset,
      epoch: -1,
    });
    if (kept.length < aborted.length) writeTransactionIndex(system, directory, baseOffset, kept, true);
    removeSnapshotsPast(system, directory, endOffset);
    system.syncDirectory(directory);
    loadActive(segments, { baseOffset, size: position, indexed: true }, settings, now);
  };
  return { apply, cancel: () => system.remove(prefix) };
}

/** Removes all records; the log goes on at `offset`. */
export function restartLog(segments: SegmentList, offset: number, settings: LogSettings, now: number): void {
  segments.remove(0, segments.count);
  segments.finishRemoval();
  removeSnapshotsPast(segments.environment.system, segments.directory, -1);
  segments.roll(offset, settings, now);
  segments.environment.system.syncDirectory(segments.directory);
}

/** Writes the first `size` bytes of `path` as `copy`, synced. Leaves none when that fails. */
function copyPrefix(system: FileSystem, path: string, copy: string, size: number): void {
  system.remove(copy);
  const source = system.open(path, 'r');
  try {
    const target = system.open(copy, 'w+');
    try {
      const buffer = Buffer.allocUnsafeSlow(Math.min(COPY_BYTES, Math.max(size, 1)));
      for (let position = 0; position < size;) {
        const length = source.read(buffer, 0, Math.min(buffer.length, size - position), position);
        target.write(buffer, 0, length, position);
        position += length;
      }
      target.sync();
    } finally {
      target.close();
    }
  } catch (error) {
    system.remove(copy);
    throw error;
  } finally {
    source.close();
  }
}
