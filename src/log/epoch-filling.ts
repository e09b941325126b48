/**
 * Finds the leader epochs of batches that a log has and its `leader-epoch-checkpoint` has not: those from the log start to the first one there.
 *
 * When records are deleted the epochs before the new log start go, and the file that says so may be written before the one with that start. After a
 * crash in between the log starts where it did before, and only its batches know under which leader they were written. Looks at the headers of
 * these few batches, and at nothing where no epoch is missing.
 */
import type { FileSystem } from '../file/file-system.ts';
import { BATCH_HEADER_SIZE } from '../limits.ts';
import { MAGIC, MAGIC_V2 } from '../record/batch-format.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow } from '../record/byte-window.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { type EpochEntry, LeaderEpochs } from './leader-epochs.ts';
import type { SegmentFiles } from './log-directory.ts';

/** Adds to `epochs` those of the batches of `segments` from `startOffset` on. Batches that are none end the search: recovery finds them itself. */
export function fillEpochs(
  system: FileSystem,
  directory: string,
  segments: readonly SegmentFiles[],
  epochs: LeaderEpochs,
  startOffset: number,
): void {
  const first = epochs.entries[0]?.startOffset ?? 0;
  if (first <= startOffset) return;
  const found = new LeaderEpochs();
  const from = Math.max(
    segments.findLastIndex(({ baseOffset }) => baseOffset <= startOffset),
    0,
  );
  for (const segment of segments.slice(from)) {
    if (segment.baseOffset >= first) break;
    for (const { epoch, startOffset: begin, endOffset } of epochRuns(system, directory, segment, first)) {
      // Batches of before KIP-101 have no epoch.
      if (endOffset > startOffset && epoch > found.latest) found.assign(epoch, Math.max(begin, startOffset));
    }
  }
  if (found.entries.length === 0) return;
  for (const { epoch, startOffset: begin } of epochs.entries) found.assign(epoch, begin);
  epochs.restore(found.entries);
}

/** Epoch, begin and end of each batch of a segment that begins before `end`. */
function* epochRuns(
  system: FileSystem,
  directory: string,
  { baseOffset, size }: SegmentFiles,
  end: number,
): Generator<EpochEntry & { readonly endOffset: number }> {
  const log = system.open(segmentFile(directory, baseOffset, LOG_SUFFIX), 'r');
  try {
    const bytes = Buffer.alloc(BATCH_HEADER_SIZE);
    const window = byteWindow(bytes);
    for (let position = 0; position + BATCH_HEADER_SIZE <= size;) {
      if (log.read(bytes, 0, BATCH_HEADER_SIZE, position) < BATCH_HEADER_SIZE || bytes[MAGIC] !== MAGIC_V2) return;
      const header = new BatchHeader(window, 0);
      if (header.size < BATCH_HEADER_SIZE || header.baseOffset >= end) return;
      yield { epoch: header.leaderEpoch, startOffset: header.baseOffset, endOffset: header.nextOffset };
      position += header.size;
    }
  } finally {
    log.close();
  }
}
