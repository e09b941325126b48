/**
 * What recovery makes right of a log's producers: their states, from the newest snapshot that the recovery point covers and the batches behind it; the
 * transaction indexes of the segments that are looked at; and a snapshot at the end, from which the log is opened.
 *
 * A log that has neither a snapshot nor a transaction index had no producer before the recovery point, as long as it has none behind it. Else the snapshots were lost, and all
 * of the log is read. What lies before the recovery point is only read: damage there costs the batch that has it. (LogSegment.recover, UnifiedLog.rebuildProducerState.)
 */
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { type AbortedTransaction, decodeTransactionIndex } from '../index/transaction-index.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import { BatchWalk } from '../segment/batch-walk.ts';
import { LOG_SUFFIX, segmentFile, TRANSACTION_INDEX_SUFFIX } from '../segment/segment-files.ts';
import type { ByteWindow, Offset } from '../types.ts';
import { writeTransactionIndex } from './aborted-transactions.ts';
import type { ListedLog } from './log-directory.ts';
import { replayBatch } from './produced-batch.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerStates } from './producer-states.ts';

/** Offsets from which on all batches are told. */
const ALL = -1;

export class ProducerRecovery {
  readonly #system: FileSystem;
  readonly #directory: string;
  readonly #snapshots: ProducerSnapshots;
  readonly #recoveryPoint: Offset;
  /** Where the log begins, and its segments that have batches. */
  readonly #first: Offset;
  readonly #baseOffsets: readonly Offset[];
  #states: ProducerStates | null = null;
  /** What lies before is known from the snapshot. */
  #from: Offset = ALL;
  /** Batches before it have been told, or are in the snapshot. */
  #knownTo: Offset = ALL;
  /** What markers aborted since a segment was last made right, and the offset of the first batch that was told since. */
  #aborted: AbortedTransaction[] = [];
  #told: Offset | null = null;
  #bytesRead = 0;

  constructor(system: FileSystem, directory: string, listed: ListedLog, recoveryPoint: Offset) {
    const { segments, snapshots, hasTransactionIndex } = listed;
    this.#system = system;
    this.#directory = directory;
    this.#snapshots = new ProducerSnapshots(system, directory, snapshots);
    this.#recoveryPoint = recoveryPoint;
    this.#first = segments[0]?.baseOffset ?? 0;
    this.#baseOffsets = segments.filter(({ size }) => size > 0).map(({ baseOffset }) => baseOffset);
    if (segments.length === 0 || (snapshots.length === 0 && !hasTransactionIndex)) return;
    // The first that is recovered. A transaction index that is not right is made again as a whole.
    const slot = segments.findIndex((_, i) => (segments[i + 1]?.baseOffset ?? Infinity) >= recoveryPoint);
    const { baseOffset } = segments[slot];
    // A log may begin behind its recovery point, when records were deleted since.
    this.#load(this.#fileOf(baseOffset) === null ? baseOffset : Math.max(baseOffset, recoveryPoint), recoveryPoint);
  }

  /** Of what lies before the recovery point. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** A batch of the log, in its order; the window has all of it. */
  batch(header: BatchHeader, window: ByteWindow): void {
    if (header.baseOffset < this.#knownTo) return;
    this.#told ??= header.baseOffset;
    if (header.producerId < 0) return;
    // A log has a snapshot before it has a producer's batch: unless this is the first one of all, it was lost.
    if (this.#states === null && this.#first < this.#recoveryPoint) this.#load(header.baseOffset, header.baseOffset);
    const aborted = replayBatch((this.#states ??= new ProducerStates()), window, header);
    if (aborted !== null) this.#aborted.push(aborted);
  }

  /** A segment that now ends before `nextOffset` has been walked and recovered: its transaction index is made right. */
  segment(baseOffset: Offset, nextOffset: Offset, sync: boolean): void {
    // It was cut before the recovery point: what is known tells of records that are no more.
    if (nextOffset < this.#knownTo) this.#load(nextOffset, nextOffset);
    const before = this.#fileOf(baseOffset);
    const from = this.#from === ALL ? (this.#told ?? nextOffset) : this.#from;
    const kept = (before ?? []).filter(({ lastOffset }) => lastOffset < Math.min(from, nextOffset));
    const aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= baseOffset);
    this.#aborted = [];
    this.#told = null;
    if (before !== null && before.length === kept.length && aborted.length === 0) return;
    writeTransactionIndex(this.#system, this.#directory, baseOffset, [...kept, ...aborted], sync);
  }

  /** Leaves a snapshot at the end of the recovered log. */
  end(endOffset: Offset, baseOffsets: readonly Offset[], sync: boolean): void {
    this.#snapshots.removeTorn();
    this.#snapshots.removed((offset) => offset > endOffset);
    if (this.#states === null) return;
    const file = this.#snapshots.write(endOffset, this.#states.entries());
    if (file === null) return;
    try {
      if (sync) file.sync();
    } finally {
      file.close();
    }
    this.#snapshots.prune((offset) => baseOffsets.includes(offset));
  }

  /** Makes the states what they were at `to`: from the newest snapshot up to `limit` that can be read, and the batches behind it. */
  #load(limit: Offset, to: Offset): void {
    const { offset, entries } = this.#snapshots.newest(this.#first, limit) ?? { offset: this.#first, entries: [] };
    this.#states = ProducerStates.of(entries, 0, Infinity);
    this.#from = offset;
    this.#knownTo = offset;
    this.#aborted = [];
    for (const [i, baseOffset] of this.#baseOffsets.entries()) {
      const end = Math.min(this.#baseOffsets[i + 1] ?? Infinity, to);
      if (baseOffset < end && offset < end) this.#walk(baseOffset, end);
    }
  }

  /** Tells of the batches of a segment up to `end`. */
  #walk(baseOffset: Offset, end: Offset): void {
    const file = this.#system.open(segmentFile(this.#directory, baseOffset, LOG_SUFFIX), 'r');
    try {
      const walk = new BatchWalk(file);
      let isThrough = false;
      do {
        while (!isThrough && walk.next()) {
          const { header } = walk;
          if (!walk.isValid) continue;
          isThrough = header.nextOffset >= end;
          if (header.nextOffset > end) continue;
          this.batch(header, walk.window);
          this.#knownTo = Math.max(this.#knownTo, header.nextOffset);
        }
      } while (!isThrough && walk.resume());
      this.#bytesRead += walk.bytesRead;
    } finally {
      file.close();
    }
  }

  /** The entries of a segment's transaction index; null when it is none. */
  #fileOf(baseOffset: Offset): readonly AbortedTransaction[] | null {
    const path = segmentFile(this.#directory, baseOffset, TRANSACTION_INDEX_SUFFIX);
    try {
      return decodeTransactionIndex(readWholeFile(this.#system, path), path, baseOffset);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      return null;
    }
  }
}
