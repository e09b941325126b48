/**
 * Finds the leader epochs of batches that a log has and its `leader-epoch-checkpoint` has not: those from the log start to the first one there, or all where
 * the file is lost.
 *
 * When records are deleted the epochs before the new log start go, and the file that says so may be written before the one with that start. After a
 * crash in between the log starts where it did before, and only its batches know under which leader they were written. Looks at the headers of
 * these batches and at no checksum, so that damage in their records costs nothing, and at nothing where no epoch is missing.
 */
import type { FileSystem } from '../file/file-system.ts';
import { BATCH_HEADER_SIZE } from '../limits.ts';
import { BASE_OFFSET, MAGIC, MAGIC_V2 } from '../record/batch-format.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow } from '../record/byte-window.ts';
import { readInt64 } from '../record/int64.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { type EpochEntry, LeaderEpochs } from './leader-epochs.ts';
import type { SegmentFiles } from './log-directory.ts';

/** Adds to `epochs` those of the batches of `segments` in [from, to). Where a segment has bytes that are no batch, the rest of it is not looked at. */
export function fillEpochs(
  system: FileSystem,
  directory: string,
  segments: readonly SegmentFiles[],
  epochs: LeaderEpochs,
  { from: startOffset, to }: { from: number; to: number },
): void {
  if (to <= startOffset) return;
  const found = new LeaderEpochs();
  const from = Math.max(
    segments.findLastIndex(({ baseOffset }) => baseOffset <= startOffset),
    0,
  );
  for (const segment of segments.slice(from)) {
    if (segment.baseOffset >= to) break;
    for (const { epoch, startOffset: begin, endOffset } of epochRuns(system, directory, segment, to)) {
      // Epochs only rise. They are in no checksum: where a lower one follows, the higher was none, and later batches would be judged by it.
      if (epoch >= 0 && epoch < found.latest) found.restore(found.entries.filter((entry) => entry.epoch <= epoch));
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
    let nextOffset = baseOffset;
    for (let position = 0; position + BATCH_HEADER_SIZE <= size;) {
      if (log.read(bytes, 0, BATCH_HEADER_SIZE, position) < BATCH_HEADER_SIZE || bytes[MAGIC] !== MAGIC_V2) return;
      const header = new BatchHeader(window, 0);
      const begin = readInt64(window.view, BASE_OFFSET);
      if (header.size < BATCH_HEADER_SIZE || header.lastOffsetDelta < 0 || begin < nextOffset || begin >= end) return;
      nextOffset = begin + header.lastOffsetDelta + 1;
      yield { epoch: header.leaderEpoch, startOffset: begin, endOffset: nextOffset };
      position += header.size;
    }
  } finally {
    log.close();
  }
}
