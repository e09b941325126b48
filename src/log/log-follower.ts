/**
 * A log that another process, or another thread, writes: read and followed as it grows. Writes nothing and takes no lock.
 *
 * What the writer has not published is not seen: a batch counts when its checksum holds and it continues the log. New batches are read
 * through a descriptor and mapped only when they are known to be whole, since the writer gives back what it had reserved past the end, and
 * touching a page that is no more kills the process. `refresh` looks for what is new; a read at the known end does so by itself.
 */
import { isMillraceError, isSystemError } from '../errors.ts';
import type { LogFile } from '../file/file-system.ts';
import { BATCH_LOG_OVERHEAD, SEGMENT_OFFSETS_MAX } from '../limits.ts';
import { BATCH_LENGTH } from '../record/batch-format.ts';
import type { BatchRun } from '../record/batches.ts';
import { GrowingIndexes } from '../segment/growing-indexes.ts';
import { loadUnsealedIndexes } from '../segment/index-loading.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { scanSegment } from '../segment/segment-scan.ts';
import { Segment, type SegmentEnvironment } from '../segment/segment.ts';
import { listSegments } from './log-directory.ts';
import { LogReader, type ReadOptions } from './log-reader.ts';
import type { LogSettings } from './log-settings.ts';
import { indexSettings, SegmentList } from './segment-list.ts';

export interface FollowOptions {
  readonly settings: LogSettings;
  /** The log start offset as last written by the writer; asked again when segments have gone. */
  readonly startOffset: () => number;
}

/** The segment that is being followed: its file, and up to where its batches are known. */
interface Front {
  readonly segment: Segment;
  readonly indexes: GrowingIndexes;
  readonly file: LogFile;
  position: number;
}

export class FollowedLog extends LogReader {
  readonly #environment: SegmentEnvironment;
  readonly #options: FollowOptions;
  #front: Front | null = null;

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
    return this.#retrying(() => super.read(offset, options));
  }

  override async readAsync(offset: number, options: ReadOptions = {}): Promise<BatchRun> {
    this.checkOpen();
    if (offset >= this.endOffset) this.refresh();
    try {
      return await super.readAsync(offset, options);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#load();
      return super.readAsync(offset, options);
    }
  }

  /** Looks for new records and for segments that have gone; returns the log's end. */
  refresh(): number {
    this.checkOpen();
    const { system } = this.#environment;
    if (this.#front === null || system.sizeOf(this.segments.first.path(LOG_SUFFIX)) < 0) return this.#load();
    for (;;) {
      const before = this.endOffset;
      this.#scanFront(this.#front);
      if (this.#followRoll()) continue;
      if (this.endOffset === before && this.#replaced(this.#front)) return this.#load();
      return this.endOffset;
    }
  }

  close(): void {
    this.markClosed();
    this.#front?.file.close();
    this.#front = null;
    this.segments.close();
  }

  /** Reads the directory anew. */
  #load(): number {
    const { system } = this.#environment;
    this.#front?.file.close();
    this.#front = null;
    while (this.segments.count > 0) this.segments.pop();
    const files = listSegments(system, this.directory);
    // When the last segment is empty, the one before may not have been cut to its length yet: that one is the front.
    const front =
      files.length > 1 && this.#isEmpty(files[files.length - 1].baseOffset) ? files.length - 2 : files.length - 1;
    if (front < 0) return this.endOffset;
    const indexes = indexSettings(this.#options.settings);
    for (const { baseOffset, size } of files.slice(0, front)) {
      this.segments.push(new Segment(this.#environment, this.directory, baseOffset, size, indexes));
    }
    this.moveStart(Math.max(files[0].baseOffset, this.#options.startOffset()));
    this.moveEnd(files[front].baseOffset);
    this.#front = this.#openFront(files[front].baseOffset);
    do this.#scanFront(this.#front);
    while (this.#followRoll());
    return this.endOffset;
  }

  #openFront(baseOffset: number): Front {
    const { system } = this.#environment;
    const file = system.open(segmentFile(this.directory, baseOffset, LOG_SUFFIX), 'r');
    const { offsets, times } = loadUnsealedIndexes(system, this.directory, baseOffset, file.size());
    const indexes = new GrowingIndexes(indexSettings(this.#options.settings), offsets, times);
    const segment = new Segment(this.#environment, this.directory, baseOffset, 0);
    segment.growing = indexes;
    this.segments.push(segment);
    return { segment, indexes, file, position: offsets.count === 0 ? 0 : offsets.positionAt(offsets.count - 1) };
  }

  /** Takes in the whole batches past the known end of the front. */
  #scanFront(front: Front): void {
    const { file, position: from } = front;
    const lastOffsetMax = front.segment.baseOffset + SEGMENT_OFFSETS_MAX;
    const start = { position: from, size: file.size(), nextOffset: this.endOffset, epoch: -1, lastOffsetMax };
    const scan = scanSegment(file, start, (header, position) =>
      front.indexes.add(position, header.lastOffset, header.maxTimestamp),
    );
    if (scan.position === front.position) return;
    front.position = scan.position;
    front.segment.published(scan.position, scan.position);
    this.moveEnd(scan.nextOffset);
  }

  /** Goes on to the next segment when the writer has begun one at the known end. */
  #followRoll(): boolean {
    const front = this.#front!;
    const { endOffset } = this;
    if (endOffset === front.segment.baseOffset) return false;
    if (this.#environment.system.sizeOf(segmentFile(this.directory, endOffset, LOG_SUFFIX)) < 0) return false;
    front.file.close();
    // The one before that is sealed by now, with its indexes in their files: its memory can go.
    const sealed = this.segments.all[this.segments.count - 2];
    sealed?.leaveIndexes(indexSettings(this.#options.settings));
    this.#front = this.#openFront(endOffset);
    return true;
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

  /** Did a cut put another file in the front's place? */
  #replaced(front: Front): boolean {
    return this.#environment.system.sizeOf(front.segment.path(LOG_SUFFIX)) !== front.file.size();
  }

  #retrying<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#load();
      return read();
    }
  }
}

/** The file went between the look and the touch: the writer removed its segment. */
function isGone(error: unknown): boolean {
  return isMillraceError(error, 'ERR_MILLRACE_IO') && isSystemError(error.cause) && error.cause.code === 'ENOENT';
}
