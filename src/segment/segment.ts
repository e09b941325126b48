/**
 * One segment as readers see it: a `.log` of whole batches, and where to find an offset in it.
 *
 * Holds no descriptor and no memory of its own for a sealed segment: windows and indexes come from the cache, which is bounded. The
 * active segment has its indexes in memory (`growing`) and grows by `published`. All positions are bytes in the `.log`.
 * Reads see what was published when they began, and return whole batches.
 */
import { MillraceError } from '../errors.ts';
import type { FileSystem, FileWindow } from '../file/file-system.ts';
import { staleFile } from '../file/stale-file.ts';
import { WholeFile } from '../file/whole-file.ts';
import { type WindowCache, WindowSource } from '../file/window-cache.ts';
import { OffsetIndex, OFFSET_ENTRY_SIZE } from '../index/offset-index.ts';
import { TimeIndex, TIME_ENTRY_SIZE } from '../index/time-index.ts';
import type { TransactionIndex } from '../index/transaction-index.ts';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD, READ_WINDOW_STEP } from '../limits.ts';
import { BASE_OFFSET, BATCH_LENGTH, LAST_OFFSET_DELTA } from '../record/batch-format.ts';
import { readInt64 } from '../record/int64.ts';
import { type FoundIndexes, lookAtIndexes, lookInTurns } from './found-indexes.ts';
import type { GrowingIndexes } from './growing-indexes.ts';
import {
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  segmentFile,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from './segment-files.ts';
import { SegmentTransactions } from './segment-transactions.ts';

export interface SegmentEnvironment {
  readonly system: FileSystem;
  readonly cache: WindowCache;
}

/** A run of whole batches: positions relative to the window. */
export interface SegmentSlice {
  readonly window: FileWindow;
  readonly start: number;
  readonly end: number;
}

/** How much more than it asks for a read may look at: it begins up to an index interval and a batch later. */
const READ_AHEAD = 64 * 1024;

export class Segment {
  readonly directory: string;
  readonly baseOffset: number;
  readonly #environment: SegmentEnvironment;
  readonly #log: WindowSource;
  readonly #offsetFile: WholeFile<OffsetIndex>;
  readonly #timeFile: WholeFile<TimeIndex>;
  /** The indexes of a segment that still grows, or whose files were not right; null when they are in their files. */
  growing: GrowingIndexes | null = null;
  /** Made when it is asked for: most logs have no transactions. */
  #transactions: SegmentTransactions | null = null;
  /** Bytes of whole published batches. */
  #size: number;
  /** Bytes that have blocks: more than `size` while the segment is written. */
  #mappable: number;
  /** How to make the index files again, until they were looked at; and the look that goes on, for all who wait for it. */
  #unchecked: FoundIndexes | null;
  #looking: Promise<void> | null = null;
  /** Its files are gone, or the log is closed: who was waiting must not map it again. */
  #gone = false;
  /** Where the last read ended: a reader that goes on there needs no look-up. */
  #hintOffset = -1;
  #hintPosition = 0;

  /** `unchecked`: index files that this process did not write; they are looked at before they are used, and made again if they lie. */
  constructor(
    environment: SegmentEnvironment,
    directory: string,
    baseOffset: number,
    size: number,
    unchecked: FoundIndexes | null = null,
  ) {
    this.#environment = environment;
    this.#unchecked = unchecked;
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.#size = size;
    this.#mappable = size;
    this.#log = new WindowSource(this.path(LOG_SUFFIX));
    this.#offsetFile = new WholeFile(this.path(OFFSET_INDEX_SUFFIX));
    this.#timeFile = new WholeFile(this.path(TIME_INDEX_SUFFIX));
  }

  path(suffix: string): string {
    return segmentFile(this.directory, this.baseOffset, suffix);
  }

  get size(): number {
    return this.#size;
  }

  /** The writer, or the follower in another process, says up to where there are whole batches, and blocks. */
  published(size: number, mappable: number): void {
    this.#size = size;
    this.#mappable = mappable;
  }

  /** Its `.log` is this file and no other: a read that finds another one in its place throws ERR_MILLRACE_IO with ESTALE. */
  expect(inode: number): void {
    this.#log.inode = inode;
  }

  /** Is the file that it expects where it was? */
  isInPlace(): boolean {
    return this.#environment.system.entry(this.path(LOG_SUFFIX))?.inode === this.#log.inode;
  }

  /** The indexes are in their files from here on, which somebody else wrote: those are looked at when they are needed. */
  leaveIndexes(settings: FoundIndexes): void {
    this.growing = null;
    this.#unchecked = settings;
  }

  get offsets(): OffsetIndex {
    if (this.#unchecked !== null) this.#checkIndexes(this.#unchecked);
    if (this.growing !== null) return this.growing.offsets;
    return this.#environment.cache.whole(
      this.#offsetFile,
      (bytes) => new OffsetIndex(this.baseOffset, this.#ownEntries(bytes, OFFSET_ENTRY_SIZE)),
    );
  }

  get times(): TimeIndex {
    if (this.#unchecked !== null) this.#checkIndexes(this.#unchecked);
    if (this.growing !== null) return this.growing.times;
    return this.#environment.cache.whole(
      this.#timeFile,
      (bytes) => new TimeIndex(this.baseOffset, this.#ownEntries(bytes, TIME_ENTRY_SIZE)),
    );
  }

  get transactions(): SegmentTransactions {
    const { baseOffset } = this;
    return (this.#transactions ??= new SegmentTransactions(
      this.#environment,
      this.path(TRANSACTION_INDEX_SUFFIX),
      baseOffset,
    ));
  }

  /** Those in memory, which the writer has to bring into the file; null when nothing was added. */
  get grownTransactions(): TransactionIndex | null {
    return this.#transactions === null ? null : this.#transactions.growing;
  }

  sealTransactions(): void {
    this.#transactions?.leave();
  }

  /** The largest timestamp, or -1: for a sealed segment its time index's last entry says it. */
  get maxTimestamp(): number {
    const { times } = this;
    return this.growing === null ? times.lastTimestamp : this.growing.maxTimestamp;
  }

  /** When its `.log` was changed last. */
  get modifiedMs(): number {
    return this.#environment.system.entry(this.path(LOG_SUFFIX))?.modifiedMs ?? Infinity;
  }

  /**
   * The batches from the one that has `offset` on, up to `maxBytes` and not past `sizeLimit`; at least one batch. Null when no batch of
   * the segment has `offset` or a later one.
   */
  read(offset: number, maxBytes: number, sizeLimit = this.#size): SegmentSlice | null {
    const start = offset === this.#hintOffset ? this.#hintPosition : this.positionOf(offset, sizeLimit);
    if (start >= sizeLimit) return null;
    const end = this.#endOfRead(start, Math.min(start + maxBytes, sizeLimit), sizeLimit);
    const window = this.window(start, end);
    return { window, start: start - window.start, end: end - window.start };
  }

  /** The position of the batch that has `offset`, or of the first one after it; `sizeLimit` where there is none. */
  positionOf(offset: number, sizeLimit = this.#size): number {
    let position = this.offsets.positionBefore(offset);
    while (position < sizeLimit) {
      const window = this.headerWindow(position);
      const at = position - window.start;
      const lastOffset = readInt64(window.view, at + BASE_OFFSET) + window.view.getInt32(at + LAST_OFFSET_DELTA);
      if (lastOffset >= offset) return position;
      position += this.batchSize(window, position);
    }
    return sizeLimit;
  }

  /** A window that has the header at `position`, and usually those that follow. */
  headerWindow(position: number): FileWindow {
    if (position + BATCH_HEADER_SIZE > this.#size) throw this.corrupt(position, `ends inside a batch header`);
    return this.window(position, position + BATCH_HEADER_SIZE);
  }

  /** A window that has [from, to). */
  window(from: number, to: number): FileWindow {
    return this.#environment.cache.window(this.#log, from, to, this.#mappable);
  }

  /** The size of the batch at `position`, checked against what is there. */
  batchSize(window: FileWindow, position: number): number {
    const length = window.view.getInt32(position - window.start + BATCH_LENGTH);
    const size = length + BATCH_LOG_OVERHEAD;
    if (length < BATCH_HEADER_SIZE - BATCH_LOG_OVERHEAD || position + size > this.#size) {
      throw this.corrupt(position, `has a batch length of ${length}, and ${this.#size - position} bytes are left`);
    }
    return size;
  }

  corrupt(position: number, found: string): MillraceError {
    const path = this.path(LOG_SUFFIX);
    return new MillraceError('ERR_MILLRACE_CORRUPT', `${path} at ${position} ${found}`, { path, position });
  }

  /** Brings in what a read of `offset` will touch, on another thread; resolves at once when it is in memory. */
  async bringIn(offset: number, maxBytes: number): Promise<void> {
    const { system, cache } = this.#environment;
    const size = this.#size;
    if (this.growing === null) {
      await cache.bringInWhole(this.#offsetFile);
      if (this.#unchecked !== null && !this.#gone) await (this.#looking ??= this.#lookInTurns(this.#unchecked));
      if (this.#gone) return;
    }
    let from = offset === this.#hintOffset ? this.#hintPosition : this.offsets.positionBefore(offset);
    const to = Math.min(from + maxBytes + READ_AHEAD, size);
    // Of a file that is copied the read gets one copy, made here.
    const mapped = system.copies === undefined;
    while (from < to) {
      const end = mapped ? Math.min(to, from + READ_WINDOW_STEP) : to;
      const coming = cache.bringIn(this.#log, from, end, this.#mappable);
      if (coming !== null) {
        await coming;
        if (this.#gone) return;
      }
      from = end;
    }
  }

  /** The files are gone or are replaced: forget the windows. Views that readers hold stay valid. */
  forget(): void {
    const { cache } = this.#environment;
    cache.forget(this.#log);
    cache.forgetWhole(this.#offsetFile);
    cache.forgetWhole(this.#timeFile);
    this.#transactions?.forget();
    this.#hintOffset = -1;
    this.#gone = true;
  }

  /** Past the last whole batch that ends at or before `limit`, but past one batch at least. Leaves the hint there. */
  #endOfRead(start: number, limit: number, sizeLimit: number): number {
    let position = start;
    // Far ahead the index knows a batch near the limit, unless the first batch reaches it alone.
    if (limit - start > READ_AHEAD && start + this.batchSize(this.headerWindow(start), start) < limit) {
      position = Math.max(start, this.offsets.floorPosition(limit));
    }
    for (;;) {
      const window = this.headerWindow(position);
      const next = position + this.batchSize(window, position);
      if (next > limit && position > start) {
        this.#hintOffset = readInt64(window.view, position - window.start + BASE_OFFSET);
        this.#hintPosition = position;
        return position;
      }
      if (next >= limit || next >= sizeLimit) {
        const at = position - window.start;
        this.#hintOffset = readInt64(window.view, at) + window.view.getInt32(at + LAST_OFFSET_DELTA) + 1;
        this.#hintPosition = next;
        return next;
      }
      position = next;
    }
  }

  /**
   * The entries of an index file that was just read. Where another process compacts, it may be that of the log which has taken this one's place, and
   * windows of this one be here still: the log takes its place first, so asked afterwards the log tells.
   */
  #ownEntries(bytes: Uint8Array, entrySize: number): Uint8Array {
    if (this.#log.inode !== null && !this.isInPlace()) throw staleFile(this.path(LOG_SUFFIX));
    return bytes.subarray(0, bytes.length - (bytes.length % entrySize));
  }

  /** Missing, short, padded or foreign index files are not believed: what they should say is made again from the log. */
  #checkIndexes(found: FoundIndexes): void {
    this.growing = lookAtIndexes(this.#environment.system, this, found);
    this.#unchecked = null;
  }

  /** The same, and does not hold the event loop. A read that cannot wait may be quicker. */
  async #lookInTurns(found: FoundIndexes): Promise<void> {
    const isWanted = (): boolean => !this.#gone && this.#unchecked === found;
    const looking = lookInTurns(this.#environment, this, { log: this.#log, times: this.#timeFile, found, isWanted });
    const growing = await looking.finally(() => (this.#looking = null));
    if (!isWanted()) return;
    this.growing = growing;
    this.#unchecked = null;
  }
}
