/**
 * The reading half of a log: whole batches by offset as views, and offsets by time.
 *
 * `read` is for data that is in memory, such as the tail: on a page that is not, it stalls the thread until the disk has answered.
 * `readAsync` brings such pages in on another thread first. Both return the same views.
 */
import { checkObject, invalidArgument, MillraceError } from '../errors.ts';
import type { AbortedTransaction } from '../index/transaction-index.ts';
import { READ_BYTES_DEFAULT } from '../limits.ts';
import { BatchRun } from '../record/batches.ts';
import { byteWindow } from '../record/byte-window.ts';
import { keptShapes } from '../record/kept-shapes.ts';
import { abortedBetween } from './aborted-transactions.ts';
import { Arrivals, type Listening, type WaitOptions } from './arrivals.ts';
import { LogTraffic } from './log-traffic.ts';
import { NO_OFFSET } from './producer-state.ts';
import type { OpenTransaction, ProducerStates } from './producer-states.ts';
import type { SegmentList } from './segment-list.ts';
import {
  epochOfOffset,
  findMaxTimestamp,
  findTimestamp,
  lastEpoch,
  type OffsetSpec,
  type TimestampedOffset,
} from './timestamp-lookup.ts';

export interface ReadOptions {
  /** Bytes to return at most; at least one batch is returned whatever its size. Default 1 MiB. */
  readonly maxBytes?: number;
}

const NOTHING = byteWindow(Buffer.alloc(0));

export class LogReader {
  protected readonly segments: SegmentList;
  readonly directory: string;
  /** What went in and came out since the log was opened. */
  readonly traffic: Readonly<LogTraffic>;
  readonly #traffic = new LogTraffic();
  #startOffset: number;
  #endOffset: number;
  #closed = false;
  #closedFor = '';
  #arrivals: Arrivals | null = null;

  constructor(segments: SegmentList, startOffset: number, endOffset: number) {
    keptShapes();
    this.segments = segments;
    this.directory = segments.directory;
    this.traffic = this.#traffic;
    this.#startOffset = startOffset;
    this.#endOffset = endOffset;
  }

  /** The first offset that can be read. */
  get startOffset(): number {
    return this.#startOffset;
  }

  /** The offset that the next record will get. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Where records end that replication has made safe: the log's end, as long as there is none. */
  get highWatermark(): number {
    return this.#endOffset;
  }

  /**
   * Up to where all transactions are decided: the first offset of the earliest open one, or the high watermark. A reader of committed records stops
   * there.
   */
  get lastStableOffset(): number {
    const { highWatermark } = this;
    const first = this.producerStates()?.firstUnstableOffset ?? NO_OFFSET;
    if (first === NO_OFFSET || first >= highWatermark) return highWatermark;
    // Of a transaction whose first records are gone the rest is still not decided.
    return Math.max(first, this.#startOffset);
  }

  /** The transactions that have begun and have no marker yet, in the order of their first offsets. */
  get openTransactions(): OpenTransaction[] {
    return this.producerStates()?.openTransactions ?? [];
  }

  /** Bytes of all batches. */
  get size(): number {
    return this.segments.size;
  }

  get segmentCount(): number {
    return this.segments.count;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * The batches from the one that has `offset` on. Empty at the log's end. ERR_MILLRACE_OFFSET_OUT_OF_RANGE before the start and past
   * the end; ERR_MILLRACE_CORRUPT with path and position where the bytes are no batches.
   */
  read(offset: number, options: ReadOptions = {}): BatchRun {
    this.checkOpen();
    checkObject('options', options);
    const maxBytes = options.maxBytes ?? READ_BYTES_DEFAULT;
    if (!Number.isSafeInteger(maxBytes) || maxBytes < 0)
      throw invalidArgument('maxBytes', 'a number of bytes', maxBytes);
    this.#checkRange(offset);
    const { all } = this.segments;
    // Those who wait for news ask for no more than this: no segment is looked at for them.
    if (offset === this.#endOffset) return this.#nothing();
    for (let slot = this.segments.slotOf(offset); slot < all.length; slot++) {
      const slice = all[slot].read(offset, maxBytes);
      if (slice === null) continue;
      this.#traffic.reads++;
      this.#traffic.bytesOut += slice.end - slice.start;
      return new BatchRun(slice.window, slice.start, slice.end, offset);
    }
    // No batch has it or a later one.
    return this.#nothing();
  }

  /** A reader that goes on at its `nextOffset` gets to the end. */
  #nothing(): BatchRun {
    return new BatchRun(NOTHING, 0, 0, this.#endOffset);
  }

  /** As `read`, and never stalls the event loop on the disk. */
  async readAsync(offset: number, options: ReadOptions = {}): Promise<BatchRun> {
    this.checkOpen();
    checkObject('options', options);
    this.#checkRange(offset);
    const segment = this.segments.all[this.segments.slotOf(offset)];
    await segment.bringIn(offset, options.maxBytes ?? READ_BYTES_DEFAULT);
    return this.read(offset, options);
  }

  /**
   * Settles when the log has a record at or past `offset`, which is at once when it has: no polling, and no turn of the event loop lies between
   * the append and the wake-up. Settles too when the log is cut below `offset`: look where it ends. Errors: CLOSED when the log is closed or deleted meanwhile, ABORTED.
   */
  async waitFor(offset: number, options: WaitOptions = {}): Promise<void> {
    this.checkOpen();
    if (!Number.isSafeInteger(offset) || offset < 0) throw invalidArgument('offset', 'an offset', offset);
    checkObject('options', options);
    if (offset < this.#endOffset) return;
    await this.#awaited().wait(offset, options);
  }

  /**
   * Calls `listener` once, in the turn in which the log's end passes `offset`, is cut below it, or the log is closed: look then what there is. For who waits for
   * many logs at once; `waitFor` is for one.
   */
  onceChanged(offset: number, listener: () => void): Listening {
    this.checkOpen();
    return this.#awaited().listen(offset, listener);
  }

  /**
   * The first record, in the order of offsets, whose timestamp is at or after `timestamp` (milliseconds since 1970), or null. Looks into
   * compressed batches too. (Kafka's ListOffsets by timestamp.)
   */
  offsetForTimestamp(timestamp: number): TimestampedOffset | null {
    this.checkOpen();
    if (!Number.isSafeInteger(timestamp))
      throw invalidArgument('timestamp', 'a whole number of milliseconds', timestamp);
    return findTimestamp(this.segments, this.#startOffset, timestamp);
  }

  /** The first record that has the largest timestamp, or null. (Kafka's ListOffsets with MAX_TIMESTAMP.) */
  offsetOfMaxTimestamp(): TimestampedOffset | null {
    this.checkOpen();
    return findMaxTimestamp(this.segments, this.#startOffset);
  }

  /**
   * The aborted transactions that a reader of [from, to) must know of, and perhaps some that it need not: a batch of a transaction is aborted when its
   * producer has one here that begins at or before it and ends behind it. (Kafka's Fetch has this list.)
   */
  abortedTransactions(from: number, to: number): AbortedTransaction[] {
    this.checkOpen();
    this.#checkRange(from);
    return this.producerStates() === null ? [] : abortedBetween(this.segments, from, to);
  }

  /**
   * The offset that `spec` means now, with its record's timestamp and leader epoch: `'earliest'`, `'latest'` (both without a timestamp: -1),
   * `'maxTimestamp'`, or `{ timestamp }`. Null where no record is meant. (Kafka's ListOffsets.)
   */
  offsetOf(spec: OffsetSpec): TimestampedOffset | null {
    this.checkOpen();
    if (spec === 'maxTimestamp') return this.offsetOfMaxTimestamp();
    if (spec === 'earliest')
      return { offset: this.#startOffset, timestamp: -1, leaderEpoch: this.leaderEpochAt(this.#startOffset) };
    if (spec === 'latest') return { offset: this.#endOffset, timestamp: -1, leaderEpoch: this.endEpoch };
    if (typeof spec === 'object' && spec !== null) return this.offsetForTimestamp(spec.timestamp);
    throw invalidArgument('spec', "'earliest', 'latest', 'maxTimestamp' or { timestamp }", spec);
  }

  /** Leader epoch of the record at `offset`, or of the next one that is there; -1 where none is known. */
  leaderEpochAt(offset: number): number {
    this.checkOpen();
    return epochOfOffset(this.segments, offset);
  }

  /** The latest leader epoch, or -1. */
  protected get endEpoch(): number {
    return lastEpoch(this.segments);
  }

  protected checkOpen(): void {
    if (this.#closed) throw this.#closedError();
  }

  protected outOfRange(offset: number): MillraceError {
    return new MillraceError(
      'ERR_MILLRACE_OFFSET_OUT_OF_RANGE',
      `offset ${offset} of ${this.directory}: the log has ${this.#startOffset} to ${this.#endOffset}`,
      { path: this.directory },
    );
  }

  protected countAppend(records: number, bytes: number): void {
    this.#traffic.appends++;
    this.#traffic.recordsIn += records;
    this.#traffic.bytesIn += bytes;
  }

  protected moveStart(offset: number): void {
    this.#startOffset = offset;
  }

  protected moveEnd(offset: number): void {
    const isCut = offset < this.#endOffset;
    this.#endOffset = offset;
    if (this.#arrivals === null) return;
    if (isCut) this.#arrivals.cut(offset);
    this.#arrivals.moved(offset);
  }

  protected markClosed(why = 'is closed'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closedFor = why;
    this.#arrivals?.fail(this.#closedError());
  }

  /** What they wait for cannot be looked for. */
  protected failWaiting(error: MillraceError): void {
    this.#arrivals?.fail(error);
  }

  /** What is known of the log's producers, up to its end; null when it has had none. */
  protected producerStates(): ProducerStates | null {
    return null;
  }

  /** Somebody waits for records, or nobody does any more: for a log that must look for what is new. */
  protected watch(_waiting: boolean): void {}

  #awaited(): Arrivals {
    return (this.#arrivals ??= new Arrivals((waiting) => this.watch(waiting)));
  }

  #closedError(): MillraceError {
    const { directory } = this;
    return new MillraceError('ERR_MILLRACE_CLOSED', `the log in ${directory} ${this.#closedFor}`, { path: directory });
  }

  #checkRange(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < this.#startOffset || offset > this.#endOffset)
      throw this.outOfRange(offset);
  }
}
