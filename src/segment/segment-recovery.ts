/**
 * Makes one segment right: walks it from the last trusted position, cuts what is torn off, and leaves indexes that say what the log says.
 *
 * The log is the evidence; an index is believed up to a trusted offset if it is plausible and its last entries there mean what the log has
 * (index-check.ts), and is made again otherwise. After this the segment is as a clean stop would have left it.
 */
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { SEGMENT_OFFSETS_MAX } from '../limits.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../types.ts';
import { GrowingIndexes, type IndexSettings } from './growing-indexes.ts';
import { entriesHold } from './index-check.ts';
import { loadOffsetIndex, loadTimeIndex } from './index-loading.ts';
import { rebuildIndexes } from './index-rebuild.ts';
import { refuseOldFormat } from './old-format.ts';
import { LOG_SUFFIX, OFFSET_INDEX_SUFFIX, segmentFile, TIME_INDEX_SUFFIX } from './segment-files.ts';
import { type ScanEnd, scanSegment } from './segment-scan.ts';

export interface RecoveryOptions {
  readonly directory: string;
  readonly baseOffset: number;
  readonly settings: IndexSettings;
  /** Everything below this offset is known to be on stable storage and whole; not read again where the index allows. */
  readonly trustedOffset: number;
  /** The last epoch before the segment, or -1. */
  readonly epoch: number;
  /** Where the next segment that has batches begins, if there is one. */
  readonly nextBaseOffset?: number;
  /** Files are left to be synced by the caller, all at once. */
  readonly syncLater?: boolean;
  /** Told of each batch that is walked; the window has all of it. */
  readonly onBatch?: (header: BatchHeader, window: ByteWindow) => void;
  /** Called when the segment was walked, before anything of it is changed. */
  readonly beforeWrite?: (recovered: RecoveredSegment) => void;
}

export interface RecoveredSegment {
  readonly baseOffset: number;
  readonly size: number;
  readonly nextOffset: number;
  readonly epoch: number;
  readonly end: ScanEnd;
  /** Bytes cut off that were more than unwritten zeros. */
  readonly bytesCut: number;
  readonly bytesRead: number;
  /** Epoch and base offset of batches that began a new epoch, in order. */
  readonly epochStarts: readonly (readonly [number, number])[];
}

/** Recovers the segment at `baseOffset`. Its files are synced when this returns, unless that was put off. */
export function recoverSegment(system: FileSystem, options: RecoveryOptions): RecoveredSegment {
  const { directory, baseOffset } = options;
  const file = system.open(segmentFile(directory, baseOffset, LOG_SUFFIX), 'r+');
  try {
    const size = file.size();
    const indexes = trustedIndexes(system, file, size, options);
    const count = indexes.offsets.count;
    // The last trusted entry's batch is walked again: its offsets are what the walk goes on from.
    const position = count === 0 ? 0 : indexes.offsets.positionAt(count - 1);
    const epochStarts: [number, number][] = [];
    let epoch = options.epoch;
    const lastOffsetMax = Math.min(baseOffset + SEGMENT_OFFSETS_MAX, (options.nextBaseOffset ?? Infinity) - 1);
    const start = { position, size, nextOffset: baseOffset, epoch: options.epoch, lastOffsetMax };
    const scan = scanSegment(file, start, (header, at, window) => {
      options.onBatch?.(header, window);
      indexes.add(at, header.lastOffset, header.maxTimestamp);
      if (header.leaderEpoch <= epoch) return;
      epoch = header.leaderEpoch;
      epochStarts.push([epoch, header.baseOffset]);
    });
    if (scan.end === 'magic') refuseOldFormat(file, scan.position, size);
    indexes.seal();
    const bytesCut = scan.end === 'end' || scan.end === 'zeros' ? 0 : size - scan.position;
    const { nextOffset, end, bytesRead } = scan;
    const recovered = {
      baseOffset,
      size: scan.position,
      nextOffset,
      epoch: scan.epoch,
      end,
      bytesCut,
      bytesRead,
      epochStarts,
    };
    options.beforeWrite?.(recovered);
    if (size !== scan.position) file.truncate(scan.position);
    const sync = options.syncLater !== true;
    writeIndexes(system, directory, baseOffset, indexes, sync);
    if (sync) file.sync();
    return recovered;
  } finally {
    file.close();
  }
}

/** What the index files say up to the trusted offset, or empty indexes where they cannot be believed. */
function trustedIndexes(system: FileSystem, log: LogFile, logSize: number, options: RecoveryOptions): GrowingIndexes {
  const { directory, baseOffset, settings, trustedOffset } = options;
  if (trustedOffset <= baseOffset) return GrowingIndexes.empty(settings, baseOffset);
  const offsets = loadOffsetIndex(system, directory, baseOffset, logSize);
  const times = loadTimeIndex(system, directory, baseOffset);
  let kept = offsets.count;
  while (kept > 0 && offsets.offsetAt(kept - 1) >= trustedOffset) kept--;
  if (kept === 0) return GrowingIndexes.empty(settings, baseOffset);
  const position = offsets.positionAt(kept - 1);
  const lastOffset = offsets.offsetAt(kept - 1);
  offsets.truncateToPosition(position + 1);
  times.truncateToOffset(lastOffset + 1);
  if (!entriesHold(log, offsets, times)) return GrowingIndexes.empty(settings, baseOffset);
  return new GrowingIndexes(settings, offsets, times);
}

/** Makes the index files of a segment again and leaves its log as it is. Returns how many bytes of the log were read. */
export function mendIndexes(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  settings: IndexSettings,
): number {
  const { indexes, bytesRead } = rebuildIndexes(system, directory, baseOffset, settings);
  writeIndexes(system, directory, baseOffset, indexes, true);
  return bytesRead;
}

/** Writes the index files of a sealed segment in the place of those that are there. */
export function writeIndexes(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  indexes: GrowingIndexes,
  sync: boolean,
): void {
  const parts = [
    [OFFSET_INDEX_SUFFIX, indexes.offsets.bytes],
    [TIME_INDEX_SUFFIX, indexes.times.bytes],
  ] as const;
  for (const [suffix, bytes] of parts) {
    const path = segmentFile(directory, baseOffset, suffix);
    // A longer one is mapped, perhaps, by a reader in another process, who must not find pages gone.
    if (system.sizeOf(path) > bytes.length) system.remove(path);
    const file = system.open(path, 'a+');
    try {
      file.write(bytes, 0, bytes.length, 0);
      file.truncate(bytes.length);
      if (sync) file.sync();
    } finally {
      file.close();
    }
  }
}
