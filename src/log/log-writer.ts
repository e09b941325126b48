/**
 * What writing a log rests on, whoever writes: when it rolls, what of it is durable, what its producers have written, and which errors end it.
 *
 * A full disk refuses an append and may be tried again; a disk that fails takes the data directory offline. `log-appender.ts` says how records come in.
 */
import type { Clock } from '../clock.ts';
import { invalidArgument, isMillraceError, isSystemError } from '../errors.ts';
import type { Flusher } from '../file/flusher.ts';
import type { LogFile } from '../file/file-system.ts';
import type { Health } from '../file/health.ts';
import { SEGMENT_OFFSETS_MAX } from '../limits.ts';
import type { SegmentEnvironment } from '../segment/segment.ts';
import { wroteToItsOwnLog } from './append-options.ts';
import { Durability } from './durability.ts';
import { FlushPolicy } from './flush-policy.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LoadedLog } from './log-loading.ts';
import { LogProducers, type ProducersEnvironment } from './log-producers.ts';
import { LogReader } from './log-reader.ts';
import type { LogSettings } from './log-settings.ts';
import type { ProducerEntry } from './producer-snapshot.ts';
import type { FirstAppend, KnownProducer, ProducedBatch, TransactionEnd } from './producer-state.ts';
import type { ProducerStates } from './producer-states.ts';
import { Receipt } from './receipt.ts';

export interface LogEnvironment extends SegmentEnvironment, ProducersEnvironment {
  readonly clock: Clock;
  readonly flusher: Flusher;
  readonly health: Health;
}

export class LogWriter extends LogReader {
  protected readonly environment: LogEnvironment;
  protected readonly durability: Durability;
  protected readonly policy: FlushPolicy;
  protected readonly epochs: LeaderEpochs;
  protected readonly producers: LogProducers;
  #isEncoding = false;
  #settings: LogSettings;
  /** Of a log that is replicated; otherwise it is the end. */
  #highWatermark = Infinity;

  constructor(
    environment: LogEnvironment,
    loaded: LoadedLog,
    epochs: LeaderEpochs,
    options: { settings: LogSettings; startOffset: number },
  ) {
    const { segments, endOffset, created } = loaded;
    super(segments, Math.max(options.startOffset, segments.first.baseOffset), endOffset);
    this.environment = environment;
    this.#settings = options.settings;
    this.epochs = epochs;
    this.durability = new Durability(this, environment.flusher, endOffset);
    if (created) this.durability.directoryChanged();
    this.policy = new FlushPolicy(environment.clock, this.durability, options.settings);
    this.producers = LogProducers.load(loaded, environment);
    this.snapshotProducers();
  }

  get settings(): LogSettings {
    return this.#settings;
  }

  /** Everything below this offset is on stable storage. */
  get durableOffset(): number {
    return this.durability.durableOffset;
  }

  /** For the flusher: the `.log` that has what was written last, if it was written since it was opened. */
  get openFile(): LogFile | null {
    return this.segments.openFile;
  }

  get leaderEpochs(): LeaderEpochs {
    return this.epochs;
  }

  override get highWatermark(): number {
    return Math.min(this.#highWatermark, this.endOffset);
  }

  /** The producers that the log remembers, as a snapshot has them. */
  get activeProducers(): ProducerEntry[] {
    return this.producers.states?.entries() ?? [];
  }

  /** What is known of one producer; null when that is nothing. */
  knownProducer(producerId: number): KnownProducer | null {
    return this.producers.states?.get(producerId) ?? null;
  }

  /**
   * For replication: everything below `offset` is safe, as far as the log goes now. Until it is said for the first time, all of the log is, and what will be
   * appended too. (UnifiedLog.updateHighWatermark.)
   */
  moveHighWatermark(offset: number): void {
    if (!Number.isSafeInteger(offset) || offset < 0) throw invalidArgument('offset', 'an offset', offset);
    this.#highWatermark = offset;
    this.boundHighWatermark(this);
    this.producers.states?.replicated(this.#highWatermark);
  }

  /** Obeys other settings from the next append on; a batch that is open keeps those that it was opened with. */
  configure(settings: LogSettings): void {
    this.#settings = settings;
    this.policy.configure(settings);
    if (this.segments.hasWriter) this.segments.writer.configure(settings.segmentBytes);
  }

  /** Settles when all that was appended so far is on stable storage. */
  async flush(): Promise<void> {
    this.checkOpen();
    await this.durability.all();
  }

  /** Forgets producers that have not written for long. The store does it now and then. */
  expireProducers(): void {
    this.producers.expire();
  }

  /** It lies in the log: what is appended where a cut has taken records is not safe because they were. */
  protected boundHighWatermark({ startOffset, endOffset }: { startOffset: number; endOffset: number }): void {
    if (this.#highWatermark === Infinity) return;
    this.#highWatermark = Math.min(Math.max(this.#highWatermark, startOffset), endOffset);
  }

  protected override producerStates(): ProducerStates | null {
    return this.producers.states;
  }

  protected checkWritable(): void {
    this.checkOpen();
    this.environment.health.check();
    if (this.#isEncoding) throw wroteToItsOwnLog();
  }

  /** Throws where a record that is being added asks, whose place at the log's end must stay where it is. */
  protected checkIdle(): void {
    if (this.#isEncoding) throw wroteToItsOwnLog();
  }

  /** Begins a new segment at the log's end, or at `baseOffset` behind it, unless the active one is empty. */
  protected rollSegment(baseOffset = this.endOffset): void {
    if (this.segments.active.size === 0) return;
    try {
      this.durability.sealed(this.segments.roll(baseOffset, this.#settings, this.environment.clock.now()));
    } catch (error) {
      // The new segment's file came and went: that must be durable before anything is acknowledged that is written into the old one.
      this.durability.directoryChanged();
      throw error;
    }
    // Behind the sealed indexes: who finds it knows that they are whole.
    this.snapshotProducers();
    // In the background, as Kafka does: the recovery point must not stay in a segment that is full.
    this.durability.request();
  }

  protected rollIfDue(size: number, timestamp: number, lastOffset: number, now: number): void {
    if (this.segments.writer.shouldRoll(this.#settings, size, timestamp, lastOffset, now)) this.rollSegment();
  }

  /**
   * Before a leader's batches, which may leave out so many offsets that no index of a segment which begins where the log ends could tell where the last one is:
   * then the segment begins with them. (UnifiedLog.maybeRoll.)
   */
  protected rollForGap(firstOffset: number, lastOffset: number): void {
    const { segments } = this;
    if (lastOffset - segments.active.baseOffset <= SEGMENT_OFFSETS_MAX) return;
    if (segments.active.size > 0) {
      this.rollSegment(lastOffset - this.endOffset > SEGMENT_OFFSETS_MAX ? firstOffset : undefined);
      return;
    }
    // Nothing may stand in it, and it would be in the way.
    this.durability.sealed(segments.roll(firstOffset, this.#settings, this.environment.clock.now()));
    segments.removeEmpty(segments.count - 2);
    this.durability.directoryChanged();
  }

  /** Writes what the producers are at the log's end, to be durable with the next round. Where the disk is full, the snapshot before does. */
  protected snapshotProducers(): void {
    try {
      const file = this.producers.snapshot(this.endOffset);
      if (file !== null) this.durability.sealed([file]);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) throw error;
    }
  }

  /** A producer's batch is about to be written. */
  protected expectProducer(): void {
    const file = this.producers.expect(this.endOffset);
    if (file !== null) this.durability.sealed([file]);
  }

  /** Batches of producers, and markers, stand in the active segment. */
  protected appendedProduced(all: readonly (ProducedBatch | TransactionEnd)[]): void {
    this.producers.appendedAll(all, this.#highWatermark);
  }

  /** What was appended ends with `lastOffset`: it is visible from here on. */
  protected appended(baseOffset: number, lastOffset: number, logAppendTime: number): Receipt {
    this.moveEnd(lastOffset + 1);
    this.policy.appended();
    return new Receipt(this.durability, baseOffset, lastOffset, logAppendTime);
  }

  /** Nothing is written: it stands in the log already. */
  protected appendedBefore({ baseOffset, lastOffset, maxTimestamp }: FirstAppend): Receipt {
    const logAppendTime = this.#settings.timestampType === 'LogAppendTime' ? maxTimestamp : -1;
    return new Receipt(this.durability, baseOffset, lastOffset, logAppendTime, true);
  }

  /** Runs what calls getters of records: until it returns they cannot write to the log. Who is shown the records after that can. */
  protected encoding<T>(encode: () => T): T {
    this.#isEncoding = true;
    try {
      return encode();
    } finally {
      this.#isEncoding = false;
    }
  }

  protected writing<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      throw this.judge(error);
    }
  }

  /** A disk that fails takes the directory offline, a full one does not. */
  protected judge(error: unknown): unknown {
    const isFatal =
      isMillraceError(error, 'ERR_MILLRACE_IO') && isSystemError(error.cause) && FATAL.has(error.cause.code);
    return isFatal ? this.environment.health.fail(error) : error;
  }
}

/** Errors of a disk that cannot be trusted any more; others (no descriptor left, no memory) pass. */
const FATAL: ReadonlySet<string> = new Set(['EIO', 'EROFS', 'ENODEV', 'ENXIO', 'EUCLEAN', 'EBADF']);
