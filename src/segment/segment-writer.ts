/**
 * The active segment: where batches are added, and how it becomes a sealed one.
 *
 * Who writes asks the tail for room, encodes there, tells of each batch (`add`), then publishes them together: readers see all of an
 * append or nothing. The `.log` is opened at the first append, so a partition that nobody writes holds no descriptor.
 */
import { isMillraceError } from '../errors.ts';
import type { LogFile } from '../file/file-system.ts';
import { OFFSET_ENTRY_SIZE } from '../index/offset-index.ts';
import { TIME_ENTRY_SIZE } from '../index/time-index.ts';
import { SEGMENT_OFFSETS_MAX } from '../limits.ts';
import type { GrowingIndexes } from './growing-indexes.ts';
import { LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX } from './segment-files.ts';
import { SegmentTail } from './segment-tail.ts';
import type { Segment, SegmentEnvironment } from './segment.ts';

export interface RollSettings {
  /** `segment.bytes` */
  readonly segmentBytes: number;
  /** `segment.ms` */
  readonly segmentMs: number;
}

export interface WriterOptions {
  /** The first step of reservation: what the segment before had come to. */
  readonly firstStep?: number;
  readonly segmentBytes: number;
  /** Maximum timestamp of the first batch, if there is one: the age of a segment counts from it. */
  readonly firstTimestamp?: number;
  readonly now: number;
  /** Of a segment that has no file yet: makes it, if that has not been done. */
  readonly make?: () => void;
}

export class SegmentWriter {
  readonly segment: Segment;
  readonly indexes: GrowingIndexes;
  readonly #environment: SegmentEnvironment;
  readonly #options: WriterOptions;
  #tail: SegmentTail | null = null;
  #segmentBytes: number;
  #firstTimestamp: number;
  /** End of what `add` told of; published by `publish`. */
  #end: number;

  constructor(environment: SegmentEnvironment, segment: Segment, indexes: GrowingIndexes, options: WriterOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#segmentBytes = options.segmentBytes;
    this.segment = segment;
    this.indexes = indexes;
    this.#end = segment.size;
    this.#firstTimestamp = options.firstTimestamp ?? -1;
    segment.growing = indexes;
  }

  /** The writable end; opened when first asked for. */
  get tail(): SegmentTail {
    return (this.#tail ??= new SegmentTail(this.#environment.system, this.#openLog(), {
      end: this.#end,
      sizeMax: Math.max(this.#segmentBytes, this.#end),
      firstStep: this.#options.firstStep,
    }));
  }

  /** The `.log` if it was written since it was opened. */
  get openFile(): LogFile | null {
    return this.#tail?.file ?? null;
  }

  /** Obeys another `segment.bytes` from the next append on. */
  configure(segmentBytes: number): void {
    this.#segmentBytes = segmentBytes;
    this.#tail?.limit(Math.max(segmentBytes, this.#end));
  }

  get step(): number | undefined {
    return this.#tail?.step;
  }

  /** Tells of one encoded batch; it becomes visible by `publish`. */
  add(size: number, lastOffset: number, maxTimestamp: number): void {
    if (this.#end === 0) this.#firstTimestamp = maxTimestamp;
    this.indexes.add(this.#end, lastOffset, maxTimestamp);
    this.#end += size;
  }

  /** Makes what was added visible to readers. */
  publish(): void {
    const tail = this.tail;
    this.segment.published(this.#end, tail.mappable(this.#end));
    tail.advance(this.#end);
  }

  /**
   * Must a batch of `size` bytes, largest timestamp `timestamp` and last offset `lastOffset` go into a new segment?
   * (LogSegment.shouldRoll.) An append whose size is not known yet asks with 0.
   */
  shouldRoll(settings: RollSettings, size: number, timestamp: number, lastOffset: number, now: number): boolean {
    if (this.#end === 0) return false;
    return (
      this.#end + size > settings.segmentBytes ||
      this.#age(timestamp, now) > settings.segmentMs ||
      this.indexes.full ||
      lastOffset - this.segment.baseOffset > SEGMENT_OFFSETS_MAX
    );
  }

  /** Writes the index entries that their files lack. The files are to be synced and closed by the caller. */
  persistIndexes(): LogFile[] {
    const { offsets, times } = this.indexes;
    return allOrNone((files) => {
      if (offsets.unpersisted > 0) files.push(this.#persist(OFFSET_INDEX_SUFFIX, (file) => offsets.persist(file)));
      if (times.unpersisted > 0) files.push(this.#persist(TIME_INDEX_SUFFIX, (file) => times.persist(file)));
      this.#persistTransactions(files);
    });
  }

  /**
   * Ends the segment: its last index entry, its files at their exact length. Returns what must be synced (and then closed) before the
   * segment may be called durable.
   */
  seal(): LogFile[] {
    this.#options.make?.();
    // First, so that its room is there for the index files when the disk is full.
    this.#tail?.trim();
    const unseal = this.indexes.seal();
    const files = allOrNone((opened) => {
      opened.push(
        this.#persist(OFFSET_INDEX_SUFFIX, (file) => {
          this.indexes.offsets.persist(file);
          file.truncate(this.indexes.offsets.count * OFFSET_ENTRY_SIZE);
        }),
      );
      opened.push(
        this.#persist(TIME_INDEX_SUFFIX, (file) => {
          this.indexes.times.persist(file);
          file.truncate(this.indexes.times.count * TIME_ENTRY_SIZE);
        }),
      );
      this.#persistTransactions(opened);
    }, unseal);
    if (this.#tail !== null) files.push(this.#tail.file);
    this.#tail = null;
    this.segment.published(this.#end, this.#end);
    this.segment.growing = null;
    this.segment.sealTransactions();
    return files;
  }

  /** Gives up the tail without touching a file: after a failure, when nothing may be written any more. */
  abandon(): void {
    this.#tail?.abandon();
    this.#tail = null;
  }

  /**
   * Gives up the tail of a file that is going: without what was reserved past its end, by which a reader in another process sees that the
   * segment goes on no more.
   */
  leave(): void {
    try {
      this.#tail?.trim();
    } catch (error) {
      // Nobody needs the file any more, and that reader looks for itself from time to time.
      if (!isMillraceError(error)) throw error;
    }
    this.abandon();
  }

  /** Gives up the tail, and returns the file without what was reserved past its end; null when it was not written since it was opened. */
  part(): LogFile | null {
    this.#tail?.trim();
    const file = this.openFile;
    this.#tail = null;
    return file;
  }

  #age(timestamp: number, now: number): number {
    return this.#firstTimestamp >= 0 && timestamp >= 0 ? timestamp - this.#firstTimestamp : now - this.#options.now;
  }

  #openLog(): LogFile {
    this.#options.make?.();
    return this.#environment.system.open(this.segment.path(LOG_SUFFIX), 'r+');
  }

  #persistTransactions(files: LogFile[]): void {
    const growing = this.segment.grownTransactions;
    if (growing === null || growing.unpersisted === 0) return;
    files.push(this.#persist(TRANSACTION_INDEX_SUFFIX, (file) => growing.persist(file)));
  }

  #persist(suffix: string, write: (file: LogFile) => void): LogFile {
    const file = this.#environment.system.open(this.segment.path(suffix), 'a+');
    try {
      write(file);
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }
}

/** What `open` opened; when it throws, all of it is closed again, and `undo` is called. */
function allOrNone(open: (files: LogFile[]) => void, undo?: () => void): LogFile[] {
  const files: LogFile[] = [];
  try {
    open(files);
    return files;
  } catch (error) {
    for (const file of files) file.close();
    undo?.();
    throw error;
  }
}
