/**
 * The writing half of a log: appends records and ready batches, rolls, flushes.
 *
 * An append is visible as a whole or not at all, and after one that threw nothing has changed. A full disk refuses it and may be tried again; a
 * disk that fails takes the data directory offline. `partition-log.ts` is the whole log.
 */
import type { Clock } from '../clock.ts';
import { invalidArgument, isMillraceError, isSystemError } from '../errors.ts';
import type { Flusher } from '../file/flusher.ts';
import type { LogFile } from '../file/file-system.ts';
import type { Health } from '../file/health.ts';
import { encodeBatches } from '../record/encode-batch.ts';
import type { SegmentEnvironment } from '../segment/segment.ts';
import type { RecordInput } from '../types.ts';
import {
  type AppendBatchesOptions,
  type AppendOptions,
  boundsOf,
  checkSource,
  codecOf,
  epochOf,
  latestTimestamp,
  timestampTermsOf,
} from './append-options.ts';
import { inspectBatches, largerThanSegment, type ReadyOptions, writeBatches } from './batch-appender.ts';
import { Durability } from './durability.ts';
import { FlushPolicy } from './flush-policy.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LoadedLog } from './log-loading.ts';
import { LogReader } from './log-reader.ts';
import type { LogSettings } from './log-settings.ts';
import type { OpenBatch, OpenBatchOptions } from './open-batch.ts';
import { OpenBatchSlot } from './open-batch-slot.ts';
import { Receipt } from './receipt.ts';
import { RecordAppender } from './record-appender.ts';
import { underCodec } from './topic-codec.ts';

export interface LogEnvironment extends SegmentEnvironment {
  readonly clock: Clock;
  readonly flusher: Flusher;
  readonly health: Health;
}

export class LogAppender extends LogReader {
  protected readonly environment: LogEnvironment;
  protected readonly durability: Durability;
  protected readonly policy: FlushPolicy;
  protected readonly epochs: LeaderEpochs;
  readonly #appender: RecordAppender;
  #settings: LogSettings;
  /** Made for the first open batch: most logs of a store have none. */
  #slot: OpenBatchSlot | null = null;

  constructor(
    environment: LogEnvironment,
    { segments, endOffset, created }: LoadedLog,
    epochs: LeaderEpochs,
    options: { settings: LogSettings; startOffset: number },
  ) {
    super(segments, Math.max(options.startOffset, segments.first.baseOffset), endOffset);
    this.environment = environment;
    this.#settings = options.settings;
    this.epochs = epochs;
    this.durability = new Durability(this, environment.flusher, endOffset);
    if (created) this.durability.directoryChanged();
    this.policy = new FlushPolicy(environment.clock, this.durability, options.settings);
    this.#appender = new RecordAppender(segments, () => this.#roll());
  }

  get settings(): LogSettings {
    return this.#settings;
  }

  /** Everything below this offset is on stable storage. */
  get durableOffset(): number {
    return this.durability.durableOffset;
  }

  /** For the flusher: the active `.log`, if it was written since it was opened. */
  get openFile(): LogFile | null {
    return this.segments.hasWriter ? this.segments.writer.openFile : null;
  }

  get leaderEpochs(): LeaderEpochs {
    return this.epochs;
  }

  get hasOpenBatch(): boolean {
    return this.#slot !== null && !this.#slot.isEmpty;
  }

  /** Obeys other settings from the next append on; a batch that is open keeps those that it was opened with. */
  configure(settings: LogSettings): void {
    this.#settings = settings;
    this.policy.configure(settings);
    if (this.segments.hasWriter) this.segments.writer.configure(settings.segmentBytes);
  }

  /**
   * Appends records as one batch, or as several when they exceed `max.message.bytes` together. Visible when this returns.
   * Errors: INVALID_ARGUMENT, TOO_LARGE, NO_SPACE (try again later), OFFLINE, CLOSED; then nothing was written.
   */
  append(records: readonly RecordInput[], options: AppendOptions = {}): Receipt {
    this.checkWritable();
    if (!Array.isArray(records) || records.length === 0) {
      throw invalidArgument('records', 'an array of one record or more', records);
    }
    if (this.#slot !== null) this.#slot.clear();
    const { timestampType, maxMessageBytes } = this.#settings;
    const now = this.environment.clock.now();
    const leaderEpoch = epochOf(options.leaderEpoch, this.epochs.latest);
    const codec = codecOf(options.compression, this.#settings.compression);
    const { endOffset: baseOffset } = this;
    const encoding = {
      baseOffset,
      leaderEpoch,
      timestamp: now,
      timestampType,
      timestampBounds: boundsOf(this.#settings),
      batchBytesMax: maxMessageBytes,
    };
    if (codec !== 'none') {
      const batches = encodeBatches(records, { ...encoding, compression: codec });
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
      const lastOffset = this.#appender.append(records, encoding);
      this.epochs.assign(leaderEpoch, baseOffset);
      this.countAppend(lastOffset + 1 - baseOffset, this.#appender.size);
      return this.#appended(baseOffset, lastOffset, timestampType === 'LogAppendTime' ? now : -1);
    });
  }

  /**
   * Appends ready batches of magic 2 (one after another in `bytes`), checked and then copied once. They are never inflated, unless the topic
   * names another codec than theirs. Errors: as `append`, and CORRUPT, UNSUPPORTED, OUT_OF_ORDER.
   */
  appendBatches(bytes: Uint8Array, options: AppendBatchesOptions = {}): Receipt {
    this.checkWritable();
    if (!(bytes instanceof Uint8Array) || bytes.length === 0)
      throw invalidArgument('bytes', 'one batch or more', bytes);
    const from = checkSource(options.from);
    if (this.#slot !== null) this.#slot.clear();
    const { timestampType, maxMessageBytes, compression } = this.#settings;
    const { latest } = this.epochs;
    const now = this.environment.clock.now();
    const ready: ReadyOptions = {
      baseOffset: this.endOffset,
      from,
      leaderEpoch: from === 'leader' ? latest : epochOf(options.leaderEpoch, latest),
      batchBytesMax: from === 'leader' ? Infinity : maxMessageBytes,
      allowControl: options.allowControl ?? from === 'leader',
      logAppendTime: from === 'producer' && timestampType === 'LogAppendTime' ? now : undefined,
      timestamps: from === 'producer' ? timestampTermsOf(this.#settings, now) : undefined,
    };
    if (from === 'leader' || compression === 'producer') return this.#appendReady(bytes, ready);
    return this.#appendReady(underCodec(bytes, inspectBatches(bytes, ready).sizes, compression), ready);
  }

  /**
   * Opens a batch at the log's end, to be filled record by record; seals the one that is open. Errors: INVALID_ARGUMENT, NO_SPACE, OFFLINE,
   * CLOSED.
   */
  openBatch(options: OpenBatchOptions): OpenBatch {
    this.checkWritable();
    const codec = codecOf(options.compression, this.#settings.compression);
    if (this.#slot !== null) this.#slot.clear();
    const { timestampType, maxMessageBytes, segmentBytes } = this.#settings;
    const plan = {
      baseOffset: this.endOffset,
      leaderEpoch: epochOf(options.leaderEpoch, this.epochs.latest),
      timestamp: this.environment.clock.now(),
      timestampType,
      timestampBounds: boundsOf(this.#settings),
      batchBytesMax: codec === 'none' ? maxMessageBytes : Math.min(maxMessageBytes, segmentBytes),
      codec,
      roll: this.#settings,
    };
    const slot = (this.#slot ??= this.#makeSlot());
    return this.#writing(() => slot.open(plan, options.owner));
  }

  /** Settles when all that was appended so far is on stable storage. */
  async flush(): Promise<void> {
    this.checkOpen();
    await this.durability.all();
  }

  /** Ends the active segment and begins a new one; does nothing when it is empty. */
  roll(): void {
    this.checkWritable();
    if (this.#slot !== null) this.#slot.clear();
    this.#roll();
  }

  protected checkWritable(): void {
    this.checkOpen();
    this.environment.health.check();
  }

  /** Seals the open batch, if there is one. Throws when it could not be sealed and is open still. */
  protected sealOpenBatch(): void {
    this.#slot?.clear();
  }

  /** The open batch is given up. */
  protected dropOpenBatch(error: Error): void {
    this.#slot?.drop(error);
  }

  #roll(): void {
    if (this.segments.active.size === 0) return;
    try {
      this.durability.sealed(this.segments.roll(this.endOffset, this.#settings, this.environment.clock.now()));
    } catch (error) {
      // The new segment's file came and went: that must be durable before anything is acknowledged that is written into the old one.
      this.durability.directoryChanged();
      throw error;
    }
    // In the background, as Kafka does: the recovery point must not stay in a segment that is full.
    this.durability.request();
  }

  #makeSlot(): OpenBatchSlot {
    const isClosed = (): boolean => this.isClosed;
    return new OpenBatchSlot({
      segments: this.segments,
      get isClosed() {
        return isClosed();
      },
      roll: () => this.#roll(),
      publish: (batch) => this.#publishOpen(batch),
      judge: (error) => this.#judge(error),
    });
  }

  #publishOpen(open: OpenBatch): Receipt {
    this.checkWritable();
    const now = this.environment.clock.now();
    const { plan, baseOffset, lastOffset } = open;
    const logAppendTime = plan.timestampType === 'LogAppendTime' ? now : undefined;
    if (!open.isPlaced) {
      return this.#appendReady(open.complete(now), { ...plan, from: 'producer', allowControl: false, logAppendTime });
    }
    return this.#writing(() => {
      open.publish(now);
      this.epochs.assign(plan.leaderEpoch, baseOffset);
      return this.#appended(baseOffset, lastOffset, logAppendTime ?? -1);
    });
  }

  #appendReady(bytes: Uint8Array, options: ReadyOptions): Receipt {
    const ready = inspectBatches(bytes, options);
    const { segmentBytes } = this.#settings;
    if (bytes.length > segmentBytes) throw largerThanSegment(this.directory, bytes.length, segmentBytes);
    return this.#writing(() => {
      this.#rollIfDue(bytes.length, ready.maxTimestamp, ready.lastOffset, this.environment.clock.now());
      writeBatches(this.segments, ready, options);
      for (const { epoch, startOffset } of ready.epochs) this.epochs.assign(epoch, startOffset);
      this.countAppend(ready.lastOffset + 1 - ready.firstOffset, bytes.length);
      return this.#appended(ready.firstOffset, ready.lastOffset, options.logAppendTime ?? -1);
    });
  }

  #appended(baseOffset: number, lastOffset: number, logAppendTime: number): Receipt {
    this.moveEnd(lastOffset + 1);
    this.policy.appended();
    return new Receipt(this.durability, baseOffset, lastOffset, logAppendTime);
  }

  #rollIfDue(size: number, timestamp: number, lastOffset: number, now: number): void {
    if (this.segments.writer.shouldRoll(this.#settings, size, timestamp, lastOffset, now)) this.#roll();
  }

  #writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw this.#judge(error);
    }
  }

  /** A disk that fails takes the directory offline, a full one does not. */
  #judge(error: unknown): unknown {
    const isFatal =
      isMillraceError(error, 'ERR_MILLRACE_IO') && isSystemError(error.cause) && FATAL.has(error.cause.code);
    return isFatal ? this.environment.health.fail(error) : error;
  }
}

/** Errors of a disk that cannot be trusted any more; others (no descriptor left, no memory) pass. */
const FATAL: ReadonlySet<string> = new Set(['EIO', 'EROFS', 'ENODEV', 'ENXIO', 'EUCLEAN', 'EBADF']);
