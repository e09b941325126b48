/**
 * What recovery makes right of a log's producers: their states, from the newest snapshot that the recovery point covers and the batches behind it; the
 * transaction indexes of the segments that are looked at; and a snapshot at the end, from which the log is opened.
 *
 * A log that has no snapshot had no producer before the recovery point. (LogSegment.recover, UnifiedLog.rebuildProducerState.)
 */
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { type AbortedTransaction, decodeTransactionIndex } from '../index/transaction-index.ts';
import { SEGMENT_OFFSETS_MAX } from '../limits.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import { LOG_SUFFIX, segmentFile, TRANSACTION_INDEX_SUFFIX } from '../segment/segment-files.ts';
import { scanSegment } from '../segment/segment-scan.ts';
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
  #states: ProducerStates | null = null;
  /** What lies before is known from the snapshot. */
  #from: Offset = ALL;
  /** Of the segment that is being recovered: what its markers aborted, and the offset of the first batch that was told. */
  #aborted: AbortedTransaction[] = [];
  #told: Offset | null = null;

  constructor(system: FileSystem, directory: string, { segments, snapshots }: ListedLog, recoveryPoint: Offset) {
    this.#system = system;
    this.#directory = directory;
    this.#snapshots = new ProducerSnapshots(system, directory, snapshots);
    if (segments.length === 0 || snapshots.length === 0) return;
    const [{ baseOffset: first }] = segments;
    const last = segments.findLast(({ baseOffset }) => baseOffset <= recoveryPoint)?.baseOffset ?? first;
    // A transaction index that is not right is made again as a whole. A log may begin behind its recovery point, when records were deleted since.
    const limit = this.#fileOf(last) === null ? last : Math.max(last, recoveryPoint);
    const snapshot = this.#snapshots.newest(first, limit) ?? { offset: first, entries: [] };
    this.#states = ProducerStates.of(snapshot.entries, 0, Infinity);
    this.#from = snapshot.offset;
  }

  /** The offset from which on the log must be walked. */
  trusted(recoveryPoint: Offset): Offset {
    return this.#from === ALL ? recoveryPoint : Math.min(this.#from, recoveryPoint);
  }

  /** A batch of the log, in its order; the window has all of it. */
  batch(header: BatchHeader, window: ByteWindow): void {
    this.#told ??= header.baseOffset;
    if (header.producerId < 0 || header.baseOffset < this.#from) return;
    const aborted = replayBatch((this.#states ??= new ProducerStates()), window, header);
    if (aborted !== null) this.#aborted.push(aborted);
  }

  /** Walks a segment that is durable, if it lies behind the snapshot, and changes nothing of it. Returns the bytes read. */
  walk(baseOffset: Offset, nextBaseOffset: Offset): number {
    if (this.#from === ALL || nextBaseOffset <= this.#from) return 0;
    const file = this.#system.open(segmentFile(this.#directory, baseOffset, LOG_SUFFIX), 'r');
    try {
      const lastOffsetMax = Math.min(baseOffset + SEGMENT_OFFSETS_MAX, nextBaseOffset - 1);
      const options = { position: 0, size: file.size(), nextOffset: baseOffset, epoch: -1, lastOffsetMax };
      const { bytesRead } = scanSegment(file, options, (header, _position, window) => this.batch(header, window));
      this.#leave();
      return bytesRead;
    } finally {
      file.close();
    }
  }

  /** A segment that now ends before `nextOffset` has been walked and recovered: its transaction index is made right. */
  segment(baseOffset: Offset, nextOffset: Offset, sync: boolean): void {
    const before = this.#fileOf(baseOffset);
    const { aborted, told } = this.#leave();
    const from = this.#from === ALL ? (told ?? nextOffset) : this.#from;
    const kept = (before ?? []).filter(({ lastOffset }) => lastOffset < Math.min(from, nextOffset));
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

  #leave(): { aborted: AbortedTransaction[]; told: Offset | null } {
    const left = { aborted: this.#aborted, told: this.#told };
    this.#aborted = [];
    this.#told = null;
    return left;
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
