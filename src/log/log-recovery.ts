/**
 * Recovers a partition after an unclean stop, so that it can be opened like one that was stopped cleanly.
 *
 * Reads what lies past the recovery point. At the first bytes there that are not a batch the log ends: they are cut off and later segments are
 * removed, as Kafka does, and the report says where and why. Segments before the recovery point were durable: their indexes are made again when
 * they are missing or wrong, and nothing is cut. A log of an old message format is refused, and nothing of it is changed. Runs where it is called:
 * the store calls it in a worker thread for logs that take long. Needs the addon and nothing else of the process.
 */
import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';
import { indexesHold } from '../segment/index-check.ts';
import { mendIndexes, type RecoveredSegment, recoverSegment } from '../segment/segment-recovery.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import type { ScanEnd } from '../segment/segment-scan.ts';
import { EPOCH_CHECKPOINT, readEpochs, writeEpochs } from './epoch-checkpoint.ts';
import { fillEpochs } from './epoch-filling.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import {
  firstReadable,
  type ListedLog,
  listLog,
  removeSegmentFiles,
  removeSnapshotsPast,
  type SegmentFiles,
  tidyDirectory,
} from './log-directory.ts';
import type { LogSettings } from './log-settings.ts';
import { ProducerRecovery } from './producer-recovery.ts';
import { indexSettings } from './segment-list.ts';

export interface LogRecoveryOptions {
  readonly directory: string;
  readonly settings: LogSettings;
  /** Everything below is on stable storage and whole; 0 when nothing is known. */
  readonly recoveryPoint: number;
  /** Where the log starts, as far as that is written down; default: with its first segment. */
  readonly startOffset?: number;
  /**
   * The caller syncs the whole file system when many logs are recovered, before it writes down that they are: three syncs a log, one after
   * another, would be most of the time.
   */
  readonly syncLater?: boolean;
}

/** Where a log turned out to end before its files did. */
export interface Damage {
  readonly path: string;
  readonly position: number;
  readonly reason: ScanEnd | 'gap';
  readonly bytesCut: number;
  /** Base offsets of segments behind it, which were removed. */
  readonly segmentsRemoved: readonly number[];
}

export interface LogRecoveryReport {
  readonly directory: string;
  readonly endOffset: number;
  readonly segmentsScanned: number;
  readonly bytesRead: number;
  readonly damage: Damage | null;
}

export function recoverLog(system: FileSystem, options: LogRecoveryOptions): LogRecoveryReport {
  const { directory, settings, recoveryPoint } = options;
  tidyDirectory(system, directory);
  const listed = readableOf(listLog(system, directory), options.startOffset ?? 0);
  const { segments } = listed;
  const { epochs, isLost } = findEpochs(system, options, segments);
  const producers = new ProducerRecovery(system, directory, listed, recoveryPoint);
  const sync = options.syncLater !== true;
  let endOffset = segments[0]?.baseOffset ?? 0;
  let bytesRead = 0;
  let segmentsScanned = 0;
  const found: { damage: Damage | null } = { damage: null };

  for (let i = 0; i < segments.length && found.damage === null; i++) {
    const { baseOffset } = segments[i];
    if (i > 0 && baseOffset < endOffset && segments[i].size === 0) {
      // Left of a roll that failed, after which the segment before it was written on.
      removeSegmentFiles(system, directory, baseOffset);
      continue;
    }
    const next = segments[i + 1]?.baseOffset ?? Infinity;
    // A segment that ends at the recovery point may have been sealed after it, and the last words of its indexes not have reached the disk.
    if (next < recoveryPoint) {
      const { indexed } = segments[i];
      if (!indexed || !indexesHold(system, directory, baseOffset, indexSettings(settings))) {
        // Its records were durable: what does not read is a fault of the disk, and nothing of the log is cut for it.
        bytesRead += mendIndexes(system, directory, baseOffset, indexSettings(settings));
        segmentsScanned++;
      }
      endOffset = next;
      continue;
    }
    const epoch = epochs.epochAt(Math.max(baseOffset - 1, 0));
    const recovered = recoverSegment(system, {
      directory,
      baseOffset,
      settings: indexSettings(settings),
      trustedOffset: recoveryPoint,
      syncLater: options.syncLater,
      epoch: baseOffset === 0 ? -1 : epoch,
      nextBaseOffset: segments.slice(i + 1).find((segment) => segment.size > 0)?.baseOffset,
      onBatch: (header, window) => producers.batch(header, window),
      beforeWrite: (segment) => {
        found.damage = damageOf(directory, segment, segments.slice(i + 1));
        if (found.damage !== null) removeBehind(system, directory, found.damage.segmentsRemoved);
      },
    });
    producers.segment(baseOffset, recovered.nextOffset, sync);
    segmentsScanned++;
    bytesRead += recovered.bytesRead;
    endOffset = recovered.nextOffset;
    for (const [started, offset] of recovered.epochStarts) if (started > epochs.latest) epochs.assign(started, offset);
  }
  removeSnapshotsPast(system, directory, endOffset);
  producers.end(
    endOffset,
    segments.map(({ baseOffset }) => baseOffset),
    sync,
  );
  epochs.truncateFromEnd(endOffset);
  if (isLost || epochs.version > 0) writeEpochs(system, directory, epochs);
  if (sync) system.syncDirectory(directory);
  bytesRead += producers.bytesRead;
  return { directory, endOffset, segmentsScanned, bytesRead, damage: found.damage };
}

/**
 * Without the segments that retention was removing: what they have nobody reads, and it need not have reached the disk. The opening removes them. Damage in
 * one must not cut what lies behind it.
 */
function readableOf(listed: ListedLog, startOffset: number): ListedLog {
  const { segments, snapshots } = listed;
  const first = firstReadable(segments, startOffset);
  if (first === 0) return listed;
  const { baseOffset } = segments[first];
  return {
    ...listed,
    segments: segments.slice(first),
    snapshots: snapshots.filter((offset) => offset >= baseOffset),
  };
}

/**
 * Before the damaged segment is cut, and the last one first: a crash in between leaves damage to be found again, and never a segment that looks
 * whole with a hole behind it.
 */
function removeBehind(system: FileSystem, directory: string, baseOffsets: readonly number[]): void {
  for (const baseOffset of baseOffsets.toReversed()) removeSegmentFiles(system, directory, baseOffset);
  system.syncDirectory(directory);
}

/**
 * A log ends where its bytes stop being batches: what is cut, and which segments are behind that. Unwritten bytes at the end of a segment are
 * no damage, unless offsets are missing between it and the next one: then its last pages never reached the disk.
 */
function damageOf(directory: string, recovered: RecoveredSegment, behind: readonly SegmentFiles[]): Damage | null {
  const lost = recovered.end === 'zeros' && behind.length > 0 && recovered.nextOffset < behind[0].baseOffset;
  if ((recovered.end === 'end' || recovered.end === 'zeros') && !lost) return null;
  return {
    path: segmentFile(directory, recovered.baseOffset, LOG_SUFFIX),
    position: recovered.size,
    reason: lost ? 'gap' : recovered.end,
    bytesCut: recovered.bytesCut,
    segmentsRemoved: behind.map((segment) => segment.baseOffset),
  };
}

/** The leader epochs in their file, and those of batches that the file has not. */
function findEpochs(
  system: FileSystem,
  { directory, recoveryPoint, startOffset = 0 }: LogRecoveryOptions,
  segments: readonly SegmentFiles[],
): { epochs: LeaderEpochs; isLost: boolean } {
  const known = readEpochsOrNone(system, directory);
  const epochs = known ?? new LeaderEpochs();
  const from = Math.max(startOffset, segments[0]?.baseOffset ?? 0);
  // Without the file only the batches know them: here those up to the recovery point, since the others are walked anyway.
  const to = known === null ? recoveryPoint : (known.entries[0]?.startOffset ?? 0);
  fillEpochs(system, directory, segments, epochs, { from, to });
  return { epochs, isLost: known === null };
}

function readEpochsOrNone(system: FileSystem, directory: string): LeaderEpochs | null {
  try {
    return readEpochs(system, directory);
  } catch {
    // Derived from the log like an index: a torn one is made again from the batches.
    system.remove(join(directory, EPOCH_CHECKPOINT));
    return null;
  }
}
