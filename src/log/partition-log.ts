/**
 * One partition's log: records in the order of their offsets, in segments, on one thread.
 *
 * Promises: what `append` returned is visible to reads at once and survives the end of the process; it survives a power failure when its
 * receipt's `durable` has settled. An append is visible as a whole or not at all, and after one that threw nothing has changed. Reads are views:
 * they copy nothing and stay valid when their segment is deleted. Not promised: use from several threads (a store in a worker thread opens the
 * directory for reading), or that views keep their content after the log was cut by `truncateTo`.
 *
 * Here is its life: opening, cutting, checkpoints, closing. What leaves it at its beginning: `retained-log.ts`; `log-reader.ts` reads, `log-appender.ts` appends.
 */
import { type FindInBatch, findMaxTimestampAside, findTimestampAside, type LookedAt } from './aside-lookup.ts';
import { invalidArgument, MillraceError } from '../errors.ts';
import type { AbortedTransaction } from '../index/transaction-index.ts';
import { abortedBetween } from './aborted-transactions.ts';
import { readEpochs, writeEpochs } from './epoch-checkpoint.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import type { LogEnvironment } from './log-writer.ts';
import { type LoadedLog, loadLog } from './log-loading.ts';
import { RetainedLog, type RetentionOptions } from './retained-log.ts';
import { commitSwap, completeSwap, dropCleaned, type NewSegment } from './segment-swap.ts';
import { Segment } from '../segment/segment.ts';
import type { OffsetSpec, TimestampedOffset } from './timestamp-lookup.ts';
import { endAfterCut, prepareCut, restartLog } from './log-truncation.ts';

export interface LogOptions extends RetentionOptions {
  /** From `log-start-offset-checkpoint`; 0 when there is no entry. */
  readonly startOffset: number;
  /** Called before a cut with the recovery point and the log start that hold from now on: on stable storage when it returns. */
  readonly beforeCut?: (recoveryPoint: number, startOffset: number) => void;
}

/** What a log is to be after a cut. */
interface KeptOfCut {
  readonly endOffset: number;
  readonly startOffset: number;
  /** Records from here on are gone; where none is left that is not where the log goes on. */
  readonly cutAt: number;
  readonly epochs: LeaderEpochs;
}

export class PartitionLog extends RetainedLog {
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

  private constructor(environment: LogEnvironment, loaded: LoadedLog, epochs: LeaderEpochs, options: LogOptions) {
    super(environment, loaded, epochs, options);
    this.#beforeCut = options.beforeCut ?? (() => undefined);
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
    // Nothing that can be read is left, and the start never moves back. Nor does what lies before it stay: its epochs are known no more, and what came
    // behind it with a lower one would be damage to a recovery.
    const endOffset = endAfterCut(this.segments, offset);
    if (endOffset <= this.startOffset) return this.truncateFullyAndStartAt(this.startOffset);
    const { apply, cancel } = prepareCut(this.segments, offset, this.settings, this.environment.clock.now());
    try {
      const cutProducers = this.producers.prepareCut(endOffset);
      const epochs = new LeaderEpochs(this.epochs.entries);
      epochs.truncateFromEnd(endOffset);
      return this.#cut({ endOffset, startOffset: this.startOffset, cutAt: endOffset, epochs }, () => {
        apply();
        cutProducers();
      });
    } catch (error) {
      if (this.environment.health.failure === null) cancel();
      throw error;
    }
  }

  /** Removes all records and goes on at `offset`. Durable when this returns. */
  truncateFullyAndStartAt(offset: number): number {
    this.checkWritable();
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalidArgument('offset', 'a whole number from 0 on', offset);
    this.sealOpenBatch();
    const kept = { endOffset: offset, startOffset: offset, cutAt: 0, epochs: new LeaderEpochs() };
    return this.#cut(kept, () => {
      restartLog(this.segments, offset, this.settings, this.environment.clock.now());
      this.producers.clear();
    });
  }

  /** An epoch may have begun of which no record is there. */
  override leaderEpochAt(offset: number): number {
    this.checkOpen();
    return this.epochs.epochAt(offset);
  }

  protected override get endEpoch(): number {
    return this.epochs.latest;
  }

  /** For compaction: the segments that are not written any more, in their order. */
  get sealedSegments(): readonly Segment[] {
    return this.segments.all.slice(0, -1);
  }

  /** For the broker: as `offsetOf`, and the event loop is held for no batch that inflates to much: `find` searches it. */
  async offsetOfAside(spec: OffsetSpec, find: FindInBatch): Promise<TimestampedOffset | null> {
    const look = (): LookedAt => {
      this.checkOpen();
      return { segments: this.segments, startOffset: this.startOffset };
    };
    if (spec === 'maxTimestamp') return findMaxTimestampAside(look, find);
    return typeof spec === 'object' ? findTimestampAside(look, spec.timestamp, find) : this.offsetOf(spec);
  }

  /** Where the segment begins that is written. */
  get activeBaseOffset(): number {
    return this.segments.active.baseOffset;
  }

  /**
   * For compaction: the aborted transactions with records in [from, to), also before the log's start: a power failure may move that back, and what had been
   * aborted must not be read then.
   */
  abortedInSegments(from: number, to: number): AbortedTransaction[] {
    return abortedBetween(this.segments, from, to);
  }

  /**
   * For compaction: puts segments whose `.cleaned` files are on stable storage in the place of `old`, in one turn. Null, and they are gone, when `old` have been
   * cut or deleted meanwhile. Else the files of `old` that are to be removed, once `flush` has settled.
   */
  replaceSegments(old: readonly Segment[], added: readonly NewSegment[]): string[] | null {
    const { environment, directory, segments } = this;
    const { system, health } = environment;
    if (this.isClosed || health.failure !== null || segments.slotOfAll(old) < 0) {
      dropCleaned(system, directory, added);
      return null;
    }
    commitSwap(system, directory, added);
    let left: string[];
    try {
      const replaced = old.map(({ baseOffset }) => baseOffset);
      left = completeSwap(system, directory, added, replaced);
    } catch (error) {
      // Half swapped: only the next opening can finish it.
      throw health.fail(error);
    }
    const fresh = added.map(({ baseOffset, size }) => new Segment(segments.environment, directory, baseOffset, size));
    segments.replace(old, fresh);
    const isKept = new Set(added.map(({ baseOffset }) => baseOffset));
    const isGone = new Set(old.map(({ baseOffset }) => baseOffset).filter((offset) => !isKept.has(offset)));
    this.producers.snapshotsRemoved((offset) => isGone.has(offset));
    this.durability.directoryChanged();
    return left;
  }

  /**
   * Makes the log durable with its indexes, epochs and producers, and returns the recovery point: everything below needs no look after a crash.
   */
  async checkpoint(): Promise<number> {
    this.checkOpen();
    const files = this.segments.writer.persistIndexes();
    if (files.length > 0) this.durability.sealed(files);
    this.snapshotProducers();
    // Where the snapshot is: a recovery goes on from both.
    const recoveryPoint = this.producers.states === null ? Infinity : this.endOffset;
    await this.durability.all();
    this.#writeEpochs();
    return Math.min(recoveryPoint, this.durableOffset);
  }

  /** Seals the active segment's files and makes everything durable; the log can then be opened as cleanly stopped. */
  async close(): Promise<void> {
    this.checkIdle();
    await (this.#closing ??= this.#close());
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
        this.snapshotProducers();
        this.markClosed();
        await this.durability.all();
        // What cannot be removed is left to the next opening, unless the disk has failed.
        await this.segments.removed().catch((failure: unknown) => void this.judge(failure));
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
  #cut(kept: KeptOfCut, cut: () => void): number {
    const { endOffset, startOffset, cutAt, epochs } = kept;
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
    this.durability.cut(cutAt);
    this.moveStart(startOffset);
    this.boundHighWatermark(kept);
    this.moveEnd(endOffset);
    if (fewerEpochs) {
      this.epochs.restore(epochs.entries);
      this.#writtenEpochs = this.epochs.version;
    }
    return endOffset;
  }

  #writeEpochs(): void {
    if (this.#writtenEpochs === this.epochs.version) return;
    writeEpochs(this.environment.system, this.directory, this.epochs);
    this.#writtenEpochs = this.epochs.version;
  }
}
