/**
 * A log that another process, or another thread, writes: read and followed as it grows. Writes nothing and takes no lock.
 *
 * What the writer has not published is not seen: a batch counts when its checksum holds and it continues the log. `refresh` looks for what is
 * new; a read at the known end does so by itself; while somebody waits for records a timer looks (`NewsWatch`). Rolls, removals and cuts by
 * the writer are followed, and so is its end and its return. A log whose topic is deleted is closed as soon as that is seen, also when there is
 * a new topic of that name. Views stay valid whatever happens: what is mapped is never cut, and no file is mapped that is not the one that was
 * looked at, since touching a page that is no more kills the process.
 */
import { fromSystemError, isMillraceError, type MillraceError } from '../errors.ts';
import { isStale, staleFile } from '../file/stale-file.ts';
import { BATCH_LOG_OVERHEAD, LOOKS_PER_CHECK } from '../limits.ts';
import { BATCH_LENGTH } from '../record/batch-format.ts';
import type { BatchRun } from '../record/batches.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { Segment, type SegmentEnvironment } from '../segment/segment.ts';
import { type ListedSegment, listSettledSegments } from './log-directory.ts';
import type { AbortedTransaction } from '../index/transaction-index.ts';
import { FollowedProducers } from './followed-producers.ts';
import { type Beyond, LogFront } from './log-front.ts';
import { LogReader, type ReadOptions } from './log-reader.ts';
import type { LogSettings } from './log-settings.ts';
import type { OffsetSpec, TimestampedOffset } from './timestamp-lookup.ts';
import { type NewsWatch, Pace, type Watched } from './news-watch.ts';
import type { ProducerStates } from './producer-states.ts';
import { indexSettings, SegmentList } from './segment-list.ts';

export interface FollowOptions {
  readonly settings: LogSettings;
  /** The log start offset as last written by the writer; asked again when segments have gone. */
  readonly startOffset: () => number;
  /** Is what lies in the directory still this log, and not that of a topic which was made anew? */
  readonly isPresent: () => boolean;
  readonly news: NewsWatch;
}

/** How often a directory that changes while it is read is read again, and how long it is waited for before most of them. */
const LOADS_MAX = 16;
const LOAD_PAUSE_MS = 2;
const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export class FollowedLog extends LogReader implements Watched {
  readonly pace = new Pace();
  readonly #environment: SegmentEnvironment;
  readonly #options: FollowOptions;
  #front: LogFront | null = null;
  /** From the time when somebody asks for transactions. */
  #producers: FollowedProducers | null = null;
  #looks = 0;

  static open(environment: SegmentEnvironment, directory: string, options: FollowOptions): FollowedLog {
    const log = new FollowedLog(environment, directory, options);
    log.#load();
    return log;
  }

  private constructor(environment: SegmentEnvironment, directory: string, options: FollowOptions) {
    super(new SegmentList(environment, directory), 0, 0);
    this.#environment = environment;
    this.#options = options;
  }

  override read(offset: number, options: ReadOptions = {}): BatchRun {
    this.checkOpen();
    if (offset >= this.endOffset) this.refresh();
    return this.#upToDate(() => super.read(offset, options));
  }

  override async readAsync(offset: number, options: ReadOptions = {}): Promise<BatchRun> {
    this.checkOpen();
    if (offset >= this.endOffset) this.refresh();
    // All segments may be gone for a moment, while the writer begins the log anew.
    if (this.segments.count === 0) return this.read(offset, options);
    try {
      return await super.readAsync(offset, options);
    } catch (error) {
      if (this.isClosed || !this.#isOutdated(error)) throw error;
      this.#load();
      return this.read(offset, options);
    }
  }

  override offsetForTimestamp(timestamp: number): TimestampedOffset | null {
    return this.#upToDate(() => super.offsetForTimestamp(timestamp));
  }

  override offsetOfMaxTimestamp(): TimestampedOffset | null {
    return this.#upToDate(() => super.offsetOfMaxTimestamp());
  }

  override abortedTransactions(from: number, to: number): AbortedTransaction[] {
    return this.#upToDate(() => super.abortedTransactions(from, to));
  }

  override offsetOf(spec: OffsetSpec): TimestampedOffset | null {
    this.checkOpen();
    if (spec === 'latest') this.refresh();
    return this.#upToDate(() => super.offsetOf(spec));
  }

  /** Looks for new records and for segments that have gone; returns the log's end. ERR_MILLRACE_CLOSED when the log is gone. */
  refresh(): number {
    this.checkOpen();
    const { first, count } = this.segments;
    const isCut = count > 1 && this.#environment.system.sizeOf(first.path(LOG_SUFFIX)) < 0;
    return isCut ? this.#load() : this.#catchUp();
  }

  /** For the watch. */
  look(): boolean {
    const before = this.endOffset;
    try {
      const beyond = this.#front === null ? 'end' : this.#front.beyond();
      if (++this.#looks >= LOOKS_PER_CHECK) {
        this.#looks = 0;
        this.refresh();
      } else if (beyond !== 'zeros') this.#catchUp(beyond);
    } catch (error) {
      // Those who wait are told, and wait again if they think that it helps. A log that was closed has told them.
      if (!this.isClosed) this.failWaiting(asMillraceError(error));
    }
    return this.endOffset !== before;
  }

  close(): void {
    this.#end('is closed');
  }

  /** For the store: its topic is no more. */
  gone(): void {
    this.#end('is gone: its topic was deleted');
  }

  protected override producerStates(): ProducerStates | null {
    if (this.segments.count === 0) return null;
    return this.#upToDate(() => {
      this.#producers ??= new FollowedProducers(this.#environment.system, this.segments, this.endOffset);
      return this.#producers.upTo(this.endOffset);
    });
  }

  protected override watch(waiting: boolean): void {
    const { news } = this.#options;
    if (!waiting || this.isClosed) return news.delete(this);
    if (this.look()) this.pace.looked(true);
    if (!this.isClosed) news.add(this);
  }

  #end(why: string): void {
    this.#options.news.delete(this);
    this.markClosed(why);
    this.#front?.close();
    this.#front = null;
    this.segments.close();
  }

  /** Goes on from what is known: new batches, then the segments that the writer has begun since. `seen`: what a look has just found. */
  #catchUp(seen: Beyond | null = null): number {
    for (let beyond = seen; ; beyond = null) {
      const front = this.#front;
      if (front === null || !front.isInPlace()) return this.#load();
      if ((beyond ?? front.beyond()) === 'bytes') this.moveEnd(front.scan(this.endOffset));
      if (!this.#hasNext(front)) return this.endOffset;
      // Cut and grown again, another log may have begun a segment at the same offset.
      if (!front.isInPlace() || !this.#advance(front)) return this.#load();
    }
  }

  /** Has the writer begun a segment at the known end? */
  #hasNext({ segment }: LogFront): boolean {
    if (this.endOffset === segment.baseOffset) return false;
    return this.#environment.system.sizeOf(segmentFile(this.directory, this.endOffset, LOG_SUFFIX)) >= 0;
  }

  /** Goes on to the segment that the writer has begun; false when it has gone again. */
  #advance(front: LogFront): boolean {
    const settings = indexSettings(this.#options.settings);
    front.close();
    this.#front = null;
    // The one before that is sealed by now, with its indexes in their files: its memory can go.
    this.segments.all[this.segments.count - 2]?.leaveIndexes(settings);
    try {
      this.#front = LogFront.open(this.#environment, this.directory, this.endOffset, settings);
    } catch (error) {
      if (isStale(error)) return false;
      throw error;
    }
    this.segments.push(this.#front.segment);
    return true;
  }

  /** Reads the directory anew; again when the writer changed it meanwhile. */
  #load(): number {
    for (let loads = 1; ; loads++) {
      this.#forget();
      try {
        this.#readDirectory();
        break;
      } catch (error) {
        // The directory has gone, or a file of it.
        if (!isStale(error)) throw error;
        this.#checkPresent();
        if (loads >= LOADS_MAX) throw error;
        // The writer puts compacted segments in place, which takes it a few milliseconds at most.
        if (loads > 1) Atomics.wait(pause, 0, 0, LOAD_PAUSE_MS);
      }
    }
    return this.#front === null ? this.endOffset : this.#catchUp();
  }

  #forget(): void {
    this.#front?.close();
    this.#front = null;
    this.#producers = null;
    while (this.segments.count > 0) this.segments.pop();
  }

  #readDirectory(): void {
    const files = this.#listSegments();
    const last = files.pop();
    const settings = indexSettings(this.#options.settings);
    const front =
      last === undefined ? null : LogFront.open(this.#environment, this.directory, last.baseOffset, settings);
    try {
      // Asked when the file is open, and before anybody is told of a record: as long as the topic is the same one, so were the files.
      this.#checkPresent();
      if (front === null) return;
      for (const { baseOffset, size, inode } of files) {
        const segment = new Segment(this.#environment, this.directory, baseOffset, size, settings);
        segment.expect(inode);
        this.segments.push(segment);
      }
      this.segments.push(front.segment);
      const endOffset = front.scan(front.segment.baseOffset);
      this.moveStart(Math.max(this.segments.first.baseOffset, this.#options.startOffset()));
      this.moveEnd(endOffset);
    } catch (error) {
      front?.close();
      throw error;
    }
    this.#front = front;
  }

  #checkPresent(): void {
    if (!this.#options.isPresent()) this.gone();
    this.checkOpen();
  }

  /** The segments up to the one to be followed. That is the last but one while the last is empty: it may not have been sealed yet. */
  #listSegments(): ListedSegment[] {
    const { system } = this.#environment;
    const files = listSettledSegments(system, this.directory);
    if (files.length > 1 && this.#isEmpty(files[files.length - 1].baseOffset)) files.pop();
    else if (files.length > 1) {
      // Its size was perhaps asked before it was sealed, and that of the others surely after.
      const [sealed] = files.splice(-2, 1);
      const entry = system.entry(segmentFile(this.directory, sealed.baseOffset, LOG_SUFFIX));
      files.splice(-1, 0, { ...sealed, size: entry?.size ?? -1, inode: entry?.inode ?? -1 });
    }
    const gone = files.find(({ size }) => size < 0);
    if (gone !== undefined) throw staleFile(segmentFile(this.directory, gone.baseOffset, LOG_SUFFIX));
    return files;
  }

  /** Runs `look`; again when it met a file that is not what it was, and again where a writer that compacts all the time was faster. */
  #upToDate<T>(look: () => T): T {
    for (let looks = 1; ; looks++) {
      try {
        return look();
      } catch (error) {
        if (looks >= LOADS_MAX || !this.#isOutdated(error)) throw error;
      }
      this.#load();
    }
  }

  /** Was the error met because files are others than they were? Then they are to be read anew. */
  #isOutdated(error: unknown): boolean {
    if (isStale(error)) return true;
    // An index, or a piece of a log, that does not go with what was read before.
    return isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !this.segments.all.every((segment) => segment.isInPlace());
  }

  #isEmpty(baseOffset: number): boolean {
    const file = this.#environment.system.open(segmentFile(this.directory, baseOffset, LOG_SUFFIX), 'r');
    try {
      const start = Buffer.alloc(BATCH_LOG_OVERHEAD);
      return file.read(start, 0, start.length, 0) < start.length || start.readInt32BE(BATCH_LENGTH) === 0;
    } finally {
      file.close();
    }
  }
}

function asMillraceError(error: unknown): MillraceError {
  const known = fromSystemError(error);
  // Anything else is a bug of ours: it is not to be taken for an answer.
  if (!isMillraceError(known)) throw known;
  return known;
}
