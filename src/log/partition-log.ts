/**
 * One partition's log: records in the order of their offsets, in segments, on one thread.
 *
 * Promises: what `append` returned is visible to reads at once and survives the end of the process; it survives a power failure when its
 * receipt's `durable` has settled. An append is visible as a whole or not at all, and after one that threw nothing has changed. Reads are views:
 * they copy nothing and stay valid when their segment is deleted. Not promised: use from several threads (a store in a worker thread opens the
 * directory for reading), or that views keep their content after the log was cut by `truncateTo`.
 *
 * Here is its life: opening, cutting, retention, checkpoints, closing. `log-reader.ts` reads, `log-appender.ts` appends.
 */
import { invalidArgument, isMillraceError, MillraceError } from '../errors.ts';
import { readEpochs, writeEpochs } from './epoch-checkpoint.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import { LogAppender, type LogEnvironment } from './log-appender.ts';
import { type LoadedLog, loadLog } from './log-loading.ts';
import { countExpired, expiresAt, type RetentionTerms } from './log-retention.ts';
import type { LogSettings } from './log-settings.ts';
import { LOG_SUFFIX } from '../segment/segment-files.ts';
import { endAfterCut, prepareCut, restartLog } from './log-truncation.ts';

export interface LogOptions {
  readonly settings: LogSettings;
  /** From `log-start-offset-checkpoint`; 0 when there is no entry. */
  readonly startOffset: number;
  /** Called before a cut with the recovery point and the log start that hold from now on: on stable storage when it returns. */
  readonly beforeCut?: (recoveryPoint: number, startOffset: number) => void;
  /**
   * Called before segments at the log's beginning are removed, with the log start that holds from now on: true when that is on stable storage.
   * Where it is not, each removal is synced before the next one, which needs no room on the disk. Default: false.
   */
  readonly beforeRemoval?: (startOffset: number) => boolean;
}

/** What retention took. */
export interface RemovedSegments {
  readonly segments: number;
  /** Of their batches. */
  readonly bytes: number;
}

export class PartitionLog extends LogAppender {
  readonly #beforeCut: (recoveryPoint: number, startOffset: number) => void;
  readonly #beforeRemoval: (startOffset: number) => boolean;
  #writtenEpochs = 0;
  #closing: Promise<void> | null = null;

  /** Opens a partition that was stopped cleanly, is new, or has been recovered (log-recovery.ts). */
  static open(environment: LogEnvironment, directory: string, options: LogOptions): PartitionLog {
    const { settings, startOffset } = options;
    const loaded = loadLog(environment, directory, { settings, startOffset, now: environment.clock.now() });
    const epochs = readEpochs(environment.system, directory) ?? new LeaderEpochs();
    return new PartitionLog(environment, loaded, epochs, options);
  }

  private constructor(environment: LogEnvironment, loaded: LoadedLog, epochs: LeaderEpochs, options: LogOptions) {
    super(environment, loaded, epochs, options);
    this.#beforeCut = options.beforeCut ?? (() => undefined);
    this.#beforeRemoval = options.beforeRemoval ?? (() => false);
  }

  /**
   * Removes all records from `offset` on, and the whole batch that `offset` lies in. Durable when this returns. Returns the log's new end.
   */
  truncateTo(offset: number): number {
    this.checkWritable();
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalidArgument('offset', 'a whole number from 0 on', offset);
    this.sealOpenBatch();
    if (offset < this.startOffset) return this.truncateFullyAndStartAt(offset);
    if (offset >= this.endOffset) {
      this.epochs.truncateFromEnd(offset);
      return this.endOffset;
    }
    // The batch begins before the log start: nothing that can be read is left, and the start never moves back.
    const endOffset = endAfterCut(this.segments, offset);
    if (endOffset < this.startOffset) return this.truncateFullyAndStartAt(this.startOffset);
    const cut = prepareCut(this.segments, offset, this.settings, this.environment.clock.now());
    const epochs = new LeaderEpochs(this.epochs.entries);
    epochs.truncateFromEnd(endOffset);
    return this.#cut({ endOffset, startOffset: this.startOffset, epochs }, cut);
  }

  /** Removes all records and goes on at `offset`. Durable when this returns. */
  truncateFullyAndStartAt(offset: number): number {
    this.checkWritable();
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalidArgument('offset', 'a whole number from 0 on', offset);
    this.sealOpenBatch();
    return this.#cut({ endOffset: offset, startOffset: offset, epochs: new LeaderEpochs() }, () =>
      restartLog(this.segments, offset, this.settings, this.environment.clock.now()),
    );
  }

  /**
   * Moves the log start: records before `offset` are gone for readers at once, and segments that have only such records are removed; -1 means all
   * records. An offset at or before the start changes nothing. Returns the log start offset. On stable storage when a segment went, otherwise with
   * the next checkpoint. ERR_MILLRACE_OFFSET_OUT_OF_RANGE past the end. (Kafka's DeleteRecords.)
   */
  deleteRecords(offset: number): number {
    this.checkWritable();
    const startOffset = offset === -1 ? this.endOffset : offset;
    if (startOffset > this.endOffset || startOffset < 0 || !Number.isSafeInteger(startOffset))
      throw this.outOfRange(offset);
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
   * The second half: removes `most` segments that lie before the log start, the oldest first. `startIsKept`: that start is on stable storage.
   * Returns what went; nothing when nothing is left.
   */
  removeExpired(most: number, startIsKept: boolean): RemovedSegments {
    this.checkWritable();
    const segments = Math.min(this.segments.slotOf(this.startOffset), most);
    if (segments === 0) return { segments, bytes: 0 };
    const bytes = this.segments.all.slice(0, segments).reduce((sum, segment) => sum + segment.size, 0);
    this.durability.directoryChanged();
    this.segments.remove(0, segments, !startIsKept);
    return { segments, bytes };
  }

  /** Segments lie before the log start, for `removeExpired`. */
  get hasExpired(): boolean {
    return this.segments.slotOf(this.startOffset) > 0;
  }

  /** An epoch may have begun of which no record is there. */
  protected override get startEpoch(): number {
    return this.epochs.epochAt(this.startOffset);
  }

  protected override get endEpoch(): number {
    return this.epochs.latest;
  }

  /** Settles when the files of removed segments are gone: those of large ones are removed on another thread. Rejects when one is not. */
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

  /**
   * Makes the log durable with its indexes and epochs, and returns the recovery point: everything below needs no look after a crash.
   */
  async checkpoint(): Promise<number> {
    this.checkOpen();
    const files = this.segments.writer.persistIndexes();
    if (files.length > 0) this.durability.sealed(files);
    await this.durability.all();
    this.#writeEpochs();
    return this.durableOffset;
  }

  /** Seals the active segment's files and makes everything durable; the log can then be opened as cleanly stopped. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Closes without writing: the directory is offline, or the log is being deleted. */
  abandon(error: MillraceError): void {
    this.markClosed();
    this.dropOpenBatch(error);
    this.policy.close();
    if (this.segments.hasWriter) this.segments.writer.abandon();
    this.durability.close(error);
    this.segments.close();
  }

  async #close(): Promise<void> {
    if (this.isClosed) return;
    const error = new MillraceError('ERR_MILLRACE_CLOSED', `${this.directory} is closed`, { path: this.directory });
    try {
      if (this.environment.health.failure === null) {
        this.#sealOrDrop();
        this.durability.sealed(this.segments.writer.seal());
        this.markClosed();
        await this.durability.all();
        await this.segments.removed();
        this.#writeEpochs();
      }
    } finally {
      this.abandon(this.environment.health.failure ?? error);
    }
  }

  /** A full disk must not keep a log from being closed: then what could not be written is lost, and its owner is told. */
  #sealOrDrop(): void {
    try {
      this.sealOpenBatch();
    } catch (error) {
      this.dropOpenBatch(error as Error);
    }
  }

  /** What the log is to be is written first: after a crash nothing may be trusted that a cut has taken away. */
  #cut(kept: { endOffset: number; startOffset: number; epochs: LeaderEpochs }, cut: () => void): number {
    const { endOffset, startOffset, epochs } = kept;
    this.durability.truncated(endOffset);
    this.#beforeCut(Math.min(endOffset, this.durableOffset), startOffset);
    const fewerEpochs = epochs.entries.length < this.epochs.entries.length;
    try {
      if (fewerEpochs) writeEpochs(this.environment.system, this.directory, epochs);
      cut();
    } catch (error) {
      // Half cut: only recovery can say what is there.
      throw this.environment.health.fail(error);
    }
    this.moveStart(startOffset);
    this.moveEnd(endOffset);
    if (fewerEpochs) {
      this.epochs.restore(epochs.entries);
      this.#writtenEpochs = this.epochs.version;
    }
    return endOffset;
  }

  #retentionTerms(now: number): RetentionTerms {
    const { settings, startOffset, endOffset } = this;
    return { settings, startOffset, endOffset, now };
  }

  #startAt(startOffset: number): void {
    this.moveStart(startOffset);
    this.epochs.truncateFromStart(startOffset);
  }

  /** Begins a segment at the log's end; all before it are on their way out. */
  #rollPast(now: number): void {
    this.segments.rollPast(this.endOffset, this.settings, now);
    this.durability.directoryChanged();
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

  #writeEpochs(): void {
    if (this.#writtenEpochs === this.epochs.version) return;
    writeEpochs(this.environment.system, this.directory, this.epochs);
    this.#writtenEpochs = this.epochs.version;
  }
}
