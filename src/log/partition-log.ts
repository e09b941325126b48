/**
 * One partition's log: records in the order of their offsets, in segments, on one thread.
 *
 * Promises: what `append` returned is visible to reads at once and survives the end of the process; it survives a power failure when its
 * receipt's `durable` has settled. An append is visible as a whole or not at all, and after one that threw nothing has changed. Reads are views:
 * they copy nothing and stay valid when their segment is deleted. Not promised: use from several threads (a store in a worker thread opens the
 * directory for reading), or that views keep their content after the log was cut by `truncateTo`.
 *
 * The writing half is here; `log-reader.ts` is the other.
 */
import type { Clock } from '../clock.ts';
import { invalidArgument, isMillraceError, isSystemError, MillraceError } from '../errors.ts';
import type { Flusher } from '../file/flusher.ts';
import type { LogFile } from '../file/file-system.ts';
import type { Health } from '../file/health.ts';
import { encodeBatches } from '../record/encode-batch.ts';
import type { SegmentEnvironment } from '../segment/segment.ts';
import type { RecordInput } from '../types.ts';
import {
  type AppendBatchesOptions,
  type AppendOptions,
  checkSource,
  codecOf,
  epochOf,
  latestTimestamp,
} from './append-options.ts';
import { inspectBatches, largerThanSegment, type ReadyOptions, writeBatches } from './batch-appender.ts';
import { Durability } from './durability.ts';
import { readEpochs, writeEpochs } from './epoch-checkpoint.ts';
import { FlushPolicy } from './flush-policy.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import { type LoadedLog, loadLog } from './log-loading.ts';
import { LogReader } from './log-reader.ts';
import type { LogSettings } from './log-settings.ts';
import { endAfterCut, prepareCut, restartLog } from './log-truncation.ts';
import { Receipt } from './receipt.ts';
import { RecordAppender } from './record-appender.ts';
import { underCodec } from './topic-codec.ts';

export interface LogEnvironment extends SegmentEnvironment {
  readonly clock: Clock;
  readonly flusher: Flusher;
  readonly health: Health;
}

export interface LogOptions {
  readonly settings: LogSettings;
  /** From `log-start-offset-checkpoint`; 0 when there is no entry. */
  readonly startOffset: number;
  /** Called before a cut with the recovery point and the log start that hold from now on: on stable storage when it returns. */
  readonly beforeCut?: (recoveryPoint: number, startOffset: number) => void;
}

export class PartitionLog extends LogReader {
  readonly #environment: LogEnvironment;
  readonly #durability: Durability;
  readonly #policy: FlushPolicy;
  readonly #epochs: LeaderEpochs;
  readonly #appender: RecordAppender;
  #settings: LogSettings;
  readonly #beforeCut: (recoveryPoint: number, startOffset: number) => void;
  #writtenEpochs = 0;
  #closing: Promise<void> | null = null;

  /** Opens a partition that was stopped cleanly, is new, or has been recovered (log-recovery.ts). */
  static open(environment: LogEnvironment, directory: string, options: LogOptions): PartitionLog {
    const { settings, startOffset } = options;
    const loaded = loadLog(environment, directory, { settings, startOffset, now: environment.clock.now() });
    const epochs = readEpochs(environment.system, directory) ?? new LeaderEpochs();
    return new PartitionLog(environment, loaded, epochs, options);
  }

  private constructor(
    environment: LogEnvironment,
    { segments, endOffset, created }: LoadedLog,
    epochs: LeaderEpochs,
    options: LogOptions,
  ) {
    super(segments, Math.max(options.startOffset, segments.first.baseOffset), endOffset);
    this.#environment = environment;
    this.#settings = options.settings;
    this.#epochs = epochs;
    this.#beforeCut = options.beforeCut ?? (() => undefined);
    this.#durability = new Durability(this, environment.flusher, endOffset);
    if (created) this.#durability.directoryChanged();
    this.#policy = new FlushPolicy(environment.clock, this.#durability, options.settings);
    this.#appender = new RecordAppender(segments, () => this.roll());
  }

  get settings(): LogSettings {
    return this.#settings;
  }

  /** Everything below this offset is on stable storage. */
  get durableOffset(): number {
    return this.#durability.durableOffset;
  }

  /** For the flusher: the active `.log`, if it was written since it was opened. */
  get openFile(): LogFile | null {
    return this.segments.hasWriter ? this.segments.writer.openFile : null;
  }

  get leaderEpochs(): LeaderEpochs {
    return this.#epochs;
  }

  /** Obeys other settings from the next append on. */
  configure(settings: LogSettings): void {
    this.#settings = settings;
    this.#policy.configure(settings);
    if (this.segments.hasWriter) this.segments.writer.configure(settings.segmentBytes);
  }

  /**
   * Appends records as one batch, or as several when they exceed `max.message.bytes` together. Visible when this returns.
   * Errors: INVALID_ARGUMENT, TOO_LARGE, NO_SPACE (try again later), OFFLINE, CLOSED; then nothing was written.
   */
  append(records: readonly RecordInput[], options: AppendOptions = {}): Receipt {
    this.#checkWritable();
    if (!Array.isArray(records) || records.length === 0) {
      throw invalidArgument('records', 'an array of one record or more', records);
    }
    const { timestampType, maxMessageBytes } = this.#settings;
    const now = this.#environment.clock.now();
    const leaderEpoch = epochOf(options.leaderEpoch, this.#epochs.latest);
    const codec = codecOf(options.compression, this.#settings.compression);
    const { endOffset: baseOffset } = this;
    const encoding = { baseOffset, leaderEpoch, timestampType, batchBytesMax: maxMessageBytes };
    if (codec !== 'none') {
      const batches = encodeBatches(records, { ...encoding, timestamp: now, compression: codec });
      return this.#appendReady(batches.length === 1 ? batches[0] : Buffer.concat(batches), {
        ...encoding,
        from: 'producer',
        allowControl: false,
        logAppendTime: timestampType === 'LogAppendTime' ? now : undefined,
      });
    }
    return this.#writing(() => {
      const timestamp = timestampType === 'LogAppendTime' ? now : latestTimestamp(records, now);
      this.#rollIfDue(0, timestamp, baseOffset + records.length - 1, now);
      const lastOffset = this.#appender.append(records, { ...encoding, now });
      this.#epochs.assign(leaderEpoch, baseOffset);
      return this.#appended(baseOffset, lastOffset, timestampType === 'LogAppendTime' ? now : -1);
    });
  }

  /**
   * Appends ready batches of magic 2 (one after another in `bytes`), checked and then copied once. They are never inflated, unless the topic
   * names another codec than theirs. Errors: as `append`, and CORRUPT, UNSUPPORTED, OUT_OF_ORDER.
   */
  appendBatches(bytes: Uint8Array, options: AppendBatchesOptions = {}): Receipt {
    this.#checkWritable();
    if (!(bytes instanceof Uint8Array) || bytes.length === 0)
      throw invalidArgument('bytes', 'one batch or more', bytes);
    const from = checkSource(options.from);
    const { timestampType, maxMessageBytes, compression } = this.#settings;
    const { latest } = this.#epochs;
    const ready: ReadyOptions = {
      baseOffset: this.endOffset,
      from,
      leaderEpoch: from === 'leader' ? latest : epochOf(options.leaderEpoch, latest),
      batchBytesMax: from === 'leader' ? Infinity : maxMessageBytes,
      allowControl: options.allowControl ?? from === 'leader',
      logAppendTime:
        from === 'producer' && timestampType === 'LogAppendTime' ? this.#environment.clock.now() : undefined,
    };
    if (from === 'leader' || compression === 'producer') return this.#appendReady(bytes, ready);
    return this.#appendReady(underCodec(bytes, inspectBatches(bytes, ready).sizes, compression), ready);
  }

  /** Settles when all that was appended so far is on stable storage. */
  async flush(): Promise<void> {
    this.checkOpen();
    await this.#durability.all();
  }

  /** Ends the active segment and begins a new one; does nothing when it is empty. */
  roll(): void {
    this.#checkWritable();
    if (this.segments.active.size === 0) return;
    try {
      this.#durability.sealed(this.segments.roll(this.endOffset, this.#settings, this.#environment.clock.now()));
    } catch (error) {
      // The new segment's file came and went: that must be durable before anything is acknowledged that is written into the old one.
      this.#durability.directoryChanged();
      throw error;
    }
    // In the background, as Kafka does: the recovery point must not stay in a segment that is full.
    this.#durability.request();
  }

  /**
   * Removes all records from `offset` on, and the whole batch that `offset` lies in. Durable when this returns. Returns the log's new end.
   */
  truncateTo(offset: number): number {
    this.#checkWritable();
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalidArgument('offset', 'a whole number from 0 on', offset);
    if (offset < this.startOffset) return this.truncateFullyAndStartAt(offset);
    if (offset >= this.endOffset) {
      this.#epochs.truncateFromEnd(offset);
      return this.endOffset;
    }
    // The batch begins before the log start: nothing that can be read is left, and the start never moves back.
    const endOffset = endAfterCut(this.segments, offset);
    if (endOffset < this.startOffset) return this.truncateFullyAndStartAt(this.startOffset);
    const cut = prepareCut(this.segments, offset, this.#settings, this.#environment.clock.now());
    const epochs = new LeaderEpochs(this.#epochs.entries);
    epochs.truncateFromEnd(endOffset);
    return this.#cut({ endOffset, startOffset: this.startOffset, epochs }, cut);
  }

  /** Removes all records and goes on at `offset`. Durable when this returns. */
  truncateFullyAndStartAt(offset: number): number {
    this.#checkWritable();
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalidArgument('offset', 'a whole number from 0 on', offset);
    return this.#cut({ endOffset: offset, startOffset: offset, epochs: new LeaderEpochs() }, () =>
      restartLog(this.segments, offset, this.#settings, this.#environment.clock.now()),
    );
  }

  /**
   * Moves the log start: records before `offset` are gone for readers at once, and segments that have only such records are removed.
   * An offset at or before the start changes nothing. Returns the log start offset.
   */
  deleteRecords(offset: number): number {
    this.#checkWritable();
    if (offset > this.endOffset || offset < 0 || !Number.isSafeInteger(offset)) throw this.outOfRange(offset);
    if (offset <= this.startOffset) return this.startOffset;
    this.moveStart(offset);
    this.#epochs.truncateFromStart(offset);
    let removed = 0;
    while (removed + 1 < this.segments.count && this.segments.all[removed + 1].baseOffset <= offset) removed++;
    if (removed > 0) {
      this.segments.remove(0, removed);
      this.#durability.directoryChanged();
    }
    return this.startOffset;
  }

  /**
   * Makes the log durable with its indexes and epochs, and returns the recovery point: everything below needs no look after a crash.
   */
  async checkpoint(): Promise<number> {
    this.checkOpen();
    const files = this.segments.writer.persistIndexes();
    if (files.length > 0) this.#durability.sealed(files);
    await this.#durability.all();
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
    this.#policy.close();
    if (this.segments.hasWriter) this.segments.writer.abandon();
    this.#durability.close(error);
    this.segments.close();
  }

  async #close(): Promise<void> {
    if (this.isClosed) return;
    const error = new MillraceError('ERR_MILLRACE_CLOSED', `${this.directory} is closed`, { path: this.directory });
    try {
      if (this.#environment.health.failure === null) {
        this.#durability.sealed(this.segments.writer.seal());
        this.markClosed();
        await this.#durability.all();
        this.#writeEpochs();
      }
    } finally {
      this.abandon(this.#environment.health.failure ?? error);
    }
  }

  #appendReady(bytes: Uint8Array, options: ReadyOptions): Receipt {
    const ready = inspectBatches(bytes, options);
    const { segmentBytes } = this.#settings;
    if (bytes.length > segmentBytes) throw largerThanSegment(this.directory, bytes.length, segmentBytes);
    return this.#writing(() => {
      this.#rollIfDue(bytes.length, ready.maxTimestamp, ready.lastOffset, this.#environment.clock.now());
      writeBatches(this.segments, ready, options);
      for (const { epoch, startOffset } of ready.epochs) this.#epochs.assign(epoch, startOffset);
      return this.#appended(ready.firstOffset, ready.lastOffset, options.logAppendTime ?? -1);
    });
  }

  #appended(baseOffset: number, lastOffset: number, logAppendTime: number): Receipt {
    this.moveEnd(lastOffset + 1);
    this.#policy.appended();
    return new Receipt(this.#durability, baseOffset, lastOffset, logAppendTime);
  }

  #rollIfDue(size: number, timestamp: number, lastOffset: number, now: number): void {
    if (this.segments.writer.shouldRoll(this.#settings, size, timestamp, lastOffset, now)) this.roll();
  }

  /** Runs `write`; a disk that fails takes the directory offline, a full one does not. */
  #writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_IO') && isSystemError(error.cause) && FATAL.has(error.cause.code)) {
        throw this.#environment.health.fail(error);
      }
      throw error;
    }
  }

  /** What the log is to be is written first: after a crash nothing may be trusted that a cut has taken away. */
  #cut(kept: { endOffset: number; startOffset: number; epochs: LeaderEpochs }, cut: () => void): number {
    const { endOffset, startOffset, epochs } = kept;
    this.#durability.truncated(endOffset);
    this.#beforeCut(Math.min(endOffset, this.durableOffset), startOffset);
    const fewerEpochs = epochs.entries.length < this.#epochs.entries.length;
    try {
      if (fewerEpochs) writeEpochs(this.#environment.system, this.directory, epochs);
      cut();
    } catch (error) {
      // Half cut: only recovery can say what is there.
      throw this.#environment.health.fail(error);
    }
    this.moveStart(startOffset);
    this.moveEnd(endOffset);
    if (fewerEpochs) {
      this.#epochs.restore(epochs.entries);
      this.#writtenEpochs = this.#epochs.version;
    }
    return endOffset;
  }

  #writeEpochs(): void {
    if (this.#writtenEpochs === this.#epochs.version) return;
    writeEpochs(this.#environment.system, this.directory, this.#epochs);
    this.#writtenEpochs = this.#epochs.version;
  }

  #checkWritable(): void {
    this.checkOpen();
    this.#environment.health.check();
  }
}

/** Errors of a disk that cannot be trusted any more; others (no descriptor left, no memory) pass. */
const FATAL: ReadonlySet<string> = new Set(['EIO', 'EROFS', 'ENODEV', 'ENXIO', 'EUCLEAN', 'EBADF']);
