/**
 * What leaves a log at its beginning: records that were deleted, and segments that have had their time.
 *
 * The log start moves first, and segments before it go afterwards, the oldest first, so that a crash leaves no hole and gives no offset twice. Where the
 * start is on stable storage, segments are gone for everybody when a call returns, and their files follow on another thread: what a crash leaves of
 * them, the next opening removes. Which segments are due `log-retention.ts` says. What was left of an open batch or of producers' states stays.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import { LOG_SUFFIX } from '../segment/segment-files.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import { LogAppender } from './log-appender.ts';
import type { LoadedLog } from './log-loading.ts';
import { countExpired, expiresAt, type RetentionTerms } from './log-retention.ts';
import type { LogSettings } from './log-settings.ts';
import type { LogEnvironment } from './log-writer.ts';

export interface RetentionOptions {
  readonly settings: LogSettings;
  readonly startOffset: number;
  /**
   * Called before segments at the log's beginning are removed, with the log start that holds from now on: true when that is on stable storage.
   * Where it is not, files go before the call returns, each removal synced before the next one, which needs no room on the disk. Default: false.
   */
  readonly beforeRemoval?: (startOffset: number) => boolean;
}

/** What retention took. */
export interface RemovedSegments {
  readonly segments: number;
  /** Of their batches. */
  readonly bytes: number;
}

export class RetainedLog extends LogAppender {
  readonly #beforeRemoval: (startOffset: number) => boolean;

  constructor(environment: LogEnvironment, loaded: LoadedLog, epochs: LeaderEpochs, options: RetentionOptions) {
    super(environment, loaded, epochs, options);
    this.#beforeRemoval = options.beforeRemoval ?? (() => false);
  }

  /**
   * Moves the log start: records before `offset` are gone for readers at once, and segments that have only such records are removed; -1 means all
   * records below the high watermark. An offset at or before the start changes nothing. Returns the log start offset. On stable storage when a segment went,
   * otherwise with the next checkpoint; `removed` tells when the disk has its room back. ERR_MILLRACE_OFFSET_OUT_OF_RANGE past the high watermark. (Kafka's
   * DeleteRecords.)
   */
  deleteRecords(offset: number): number {
    this.checkWritable();
    const { highWatermark } = this;
    const startOffset = offset === -1 ? highWatermark : offset;
    if (startOffset > this.endOffset || startOffset < 0 || !Number.isSafeInteger(startOffset))
      throw this.outOfRange(offset);
    if (startOffset > highWatermark) throw pastHighWatermark(this.directory, offset, highWatermark);
    if (startOffset <= this.startOffset) return this.startOffset;
    const isKept = this.segments.slotOf(startOffset) === 0 || this.#beforeRemoval(startOffset);
    this.#startAt(startOffset);
    this.removeExpired(Infinity, isKept);
    return this.startOffset;
  }

  /** Removes the segments that have had their time, as `cleanup.policy`, `retention.ms` and `retention.bytes` say and a store does now and then. */
  retain(now = this.environment.clock.now()): RemovedSegments {
    this.expire(now);
    return this.removeExpired(Infinity, this.hasExpired && this.#beforeRemoval(this.startOffset));
  }

  /**
   * The first half of `retain`: looks at `most` segments that are still read and moves the log start past those that are due; their files stay. When
   * all are due a new segment is begun. Returns how many are due.
   */
  expire(now: number, most = Infinity): number {
    this.checkWritable();
    const readable = this.segments.all.slice(this.segments.slotOf(this.startOffset));
    const due = countExpired(readable, this.#retentionTerms(now), most);
    if (due === 0) return 0;
    if (due < readable.length) this.#startAt(readable[due].baseOffset);
    // What an open batch has may be young.
    else if (this.hasOpenBatch && this.#unlessFull(() => this.sealOpenBatch())) return this.expire(now, most);
    else if (!this.hasOpenBatch && this.#unlessFull(() => this.#rollPast(now))) this.#startAt(this.endOffset);
    else {
      if (due > 1) this.#startAt(readable[due - 1].baseOffset);
      return due - 1;
    }
    return due;
  }

  /**
   * The second half: removes `most` segments that lie before the log start, the oldest first. `startIsKept`: that start is on stable storage; then
   * files follow (`removed`). Returns what went; nothing when nothing is left.
   */
  removeExpired(most: number, startIsKept: boolean): RemovedSegments {
    this.checkWritable();
    let segments = Math.min(this.segments.slotOf(this.startOffset), most);
    // Where the start is not kept nothing but the next segment says where the log goes on: without room for that the last one stays.
    if (!startIsKept && segments === this.segments.count - 1 && !this.#unlessFull(() => this.segments.makeActive()))
      segments--;
    if (segments === 0) return { segments, bytes: 0 };
    const leaving = this.segments.all.slice(0, segments);
    const bytes = leaving.reduce((sum, segment) => sum + segment.size, 0);
    this.durability.directoryChanged();
    if (startIsKept) this.segments.leave(segments);
    else this.segments.remove(0, segments, true);
    const isGone = new Set(leaving.map(({ baseOffset }) => baseOffset));
    this.producers.snapshotsRemoved((offset) => isGone.has(offset));
    if (this.segments.isRemoving) this.#judgeRemoval();
    return { segments, bytes };
  }

  /** Segments lie before the log start, for `removeExpired`. */
  get hasExpired(): boolean {
    return this.segments.slotOf(this.startOffset) > 0;
  }

  /** The files of segments that were removed are not all gone, see `removed`. */
  get isRemoving(): boolean {
    return this.segments.isRemoving;
  }

  /** Tries again to remove files that could not be removed. */
  retryRemoval(): void {
    this.checkWritable();
    this.segments.retryRemoval();
    if (this.segments.isRemoving) this.#judgeRemoval();
  }

  /** Settles when the files of removed segments are gone: another thread removes them. Rejects when one cannot be removed. */
  removed(): Promise<void> {
    return this.segments.removed();
  }

  /** When retention has something to do if nothing is appended until then: `now` for at once, Infinity for never. */
  expiresAt(now: number): number {
    return expiresAt(this.segments.all, this.#retentionTerms(now));
  }

  /** The first segment, whose time has come when its largest timestamp is old: null when that one is not ahead of the clock. */
  futureTimestamp(now: number): { readonly path: string; readonly timestamp: number } | null {
    const segment = this.segments.all[this.segments.slotOf(this.startOffset)];
    const { retentionMs, cleanupDelete } = this.settings;
    const blocks = cleanupDelete && retentionMs >= 0 && segment.maxTimestamp > now;
    return blocks ? { path: segment.path(LOG_SUFFIX), timestamp: segment.maxTimestamp } : null;
  }

  /** A disk that fails takes the directory offline, whoever waits for the files. */
  #judgeRemoval(): void {
    this.segments.removed().catch((error: unknown) => void this.judge(error));
  }

  #retentionTerms(now: number): RetentionTerms {
    const { settings, startOffset, endOffset, highWatermark } = this;
    return { settings, startOffset, endOffset, highWatermark, now };
  }

  #startAt(startOffset: number): void {
    this.moveStart(startOffset);
    this.epochs.truncateFromStart(startOffset);
  }

  /** Begins a segment at the log's end; all before it are on their way out. */
  #rollPast(now: number): void {
    this.segments.rollPast(this.endOffset, this.settings, now, (left) => this.durability.sealed(left));
    // Producers are known longer than their records.
    this.snapshotProducers();
  }

  /** A full disk must not keep old segments from going: false when it was. */
  #unlessFull(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) return false;
      throw error;
    }
  }
}

/** Records that replicas may still lack cannot be gone for good here. (UnifiedLog.maybeIncrementLogStartOffset.) */
function pastHighWatermark(path: string, offset: number, highWatermark: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_OFFSET_OUT_OF_RANGE',
    `offset ${offset} of ${path}: records can be deleted up to the high watermark, which is ${highWatermark}`,
    { path },
  );
}
