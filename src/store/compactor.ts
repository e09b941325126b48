/**
 * Compacts the logs of a store whose `cleanup.policy` says so: looks now and then which is the dirtiest, one log at a time, in a worker thread.
 *
 * A log is due when its dirty part is more than `min.cleanable.dirty.ratio` of what may be compacted, or when a record has waited for `max.compaction.lag.ms`.
 * One that cannot be compacted (its bytes are no records) is logged, and left alone until somebody asks for it or the store is opened again; a full
 * disk is tried again the next time. Up to where a log is clean stands in `cleaner-offset-checkpoint`. (LogCleaner, LogCleanerManager.)
 */
import { type CleanableRange, cleanableRange } from '../compaction/cleanable-range.ts';
import { changeRate, type CompactionControl, giveUp, newControl } from '../compaction/compaction-control.ts';
import { compactionExecutor } from '../compaction/compaction-executor.ts';
import { type CompactionExecutor, compactOnce } from '../compaction/log-compaction.ts';
import { invalidArgument, isMillraceError, MillraceError } from '../errors.ts';
import { listSegments } from '../log/log-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { addPass, type CompactionResult, CompactionStatistics, newResult } from './compaction-statistics.ts';
import type { CheckedOptions } from './store-options.ts';
import { isDiskFailure, type StoreEnvironment, writingAside } from './store-environment.ts';
import type { Partition } from './topic.ts';

/** What can be changed while it runs. */
export interface CompactorSettings {
  readonly intervalMs: number;
  readonly bufferBytes: number;
  /** 0: as fast as it can. */
  readonly bytesPerSecond: number;
}

export interface CompactorOptions extends CompactorSettings {
  readonly partitions: () => Iterable<Partition>;
  readonly open: (partition: Partition) => PartitionLog;
}

type StoreSettings = Pick<
  CheckedOptions,
  'compactionBufferBytes' | 'compactionBytesPerSecond' | 'compactionIntervalMs'
>;

/** What a store's options say of it. */
export function compactorSettings(options: StoreSettings): CompactorSettings {
  return {
    intervalMs: options.compactionIntervalMs,
    bufferBytes: options.compactionBufferBytes,
    bytesPerSecond: options.compactionBytesPerSecond,
  };
}

interface Candidate {
  readonly partition: Partition;
  readonly range: CleanableRange;
}

export class Compactor {
  readonly statistics: CompactionStatistics;
  readonly #environment: StoreEnvironment;
  #options: CompactorOptions;
  readonly #executor: CompactionExecutor;
  /** Unopened partitions that were looked at: nobody but this process can make them dirtier. */
  readonly #seen = new WeakSet<Partition>();
  #running: Promise<unknown> = Promise.resolve();
  /** Of the log that is being compacted, or was last. */
  #control: CompactionControl = newControl(0);
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(environment: StoreEnvironment, options: CompactorOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#executor = compactionExecutor(environment.system);
    this.statistics = new CompactionStatistics(environment.clock);
  }

  start(): void {
    this.#cancel?.();
    this.#cancel = this.#environment.clock.schedule(this.#options.intervalMs, () => {
      void this.#regularly();
    });
  }

  /** The rate holds at once, the rest from the next log on. */
  configure(changes: CompactorSettings): void {
    const isOther = changes.intervalMs !== this.#options.intervalMs;
    if (changes.bytesPerSecond !== this.#options.bytesPerSecond) changeRate(this.#control, changes.bytesPerSecond);
    this.#options = { ...this.#options, ...changes };
    if (isOther && this.#cancel !== null && !this.#stopped) this.start();
  }

  /** Compacts a log now, when the one that is being compacted is done; whatever its ratio is, but not what its settings protect. */
  async compact(partition: Partition): Promise<CompactionResult> {
    const { topic, index } = partition;
    if (!topic.settings.compact)
      throw invalidArgument(
        `cleanup.policy of topic "${topic.name}"`,
        'one with compact',
        topic.config['cleanup.policy'],
      );
    const result = await this.#alone(() => this.#compact(partition));
    this.statistics.uncleanable.delete(`${topic.name}-${index}`);
    return result;
  }

  /** Compacts what is due, the dirtiest log first, until nothing is. */
  async round(): Promise<void> {
    await this.#alone(async () => {
      // Each log once: what is given up is tried again in the next round.
      const done = new Set<Partition>();
      for (;;) {
        const candidate = this.#dirtiest(done);
        if (candidate === null || this.#stopped) return;
        done.add(candidate.partition);
        await this.#try(candidate.partition);
      }
    });
  }

  /** Gives up what is being done; settles when nothing is. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    giveUp(this.#control);
    // Its failure was told to those who asked for it.
    await this.#running.catch(() => undefined);
    await this.#executor.close();
  }

  async #regularly(): Promise<void> {
    await this.round();
    if (!this.#stopped && this.#environment.health.failure === null) this.start();
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#running;
    const run = (async () => {
      // Its failure was told to those who asked for it.
      await before.catch(() => undefined);
      return work();
    })();
    this.#running = run;
    return run;
  }

  async #try(partition: Partition): Promise<void> {
    const { logger } = this.#environment;
    const { topic, index, directory } = partition;
    try {
      await this.#compact(partition);
    } catch (error) {
      this.statistics.failures++;
      if (isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) {
        logger.warn?.({ err: error, path: directory }, 'a log could not be compacted and will be tried again');
        return;
      }
      this.statistics.uncleanable.set(`${topic.name}-${index}`, { topic: topic.name, partition: index });
      logger.error?.({ err: error, path: directory }, 'a log cannot be compacted and is left as it is');
    }
  }

  async #compact(partition: Partition): Promise<CompactionResult> {
    const { topic, index } = partition;
    const began = performance.now();
    const result = newResult(topic.name, index);
    if (this.#stopped) throw closed(this.#environment.directory);
    this.#control = newControl(this.#options.bytesPerSecond);
    const run = this.#passes(partition, result, this.#control);
    // Its failure is told to whoever awaits the run itself.
    const ended = run.catch(() => undefined);
    partition.stopCompaction = async () => {
      giveUp(this.#control);
      await ended;
    };
    try {
      await run;
    } finally {
      partition.stopCompaction = null;
      result.elapsedMs = performance.now() - began;
      this.statistics.ran(result);
    }
    this.#environment.logger.info?.({ ...result }, 'compacted a log');
    return result;
  }

  async #passes(partition: Partition, result: CompactionResult, control: CompactionControl): Promise<void> {
    const { topic, index } = partition;
    const { system, clock, cleanerOffsets, flushThread } = this.#environment;
    const { bufferBytes, open } = this.#options;
    const log = open(partition);
    for (;;) {
      const now = clock.now();
      const range = cleanableRange(log, cleanerOffsets.get(topic.name, index), now);
      if (result.passes === 0) result.startOffset = range.firstDirtyOffset;
      result.endOffset = range.firstDirtyOffset;
      if (range.firstDirtyOffset >= range.bound) return;
      const pass = await this.#guarded(() =>
        compactOnce(log, range, { system, executor: this.#executor, control, bufferBytes, now }),
      );
      addPass(result, pass);
      if (pass.isGivenUp || log.isClosed) {
        result.isGivenUp = true;
        return;
      }
      // A cut may have taken some of it meanwhile.
      const endOffset = Math.min(pass.endOffset, log.endOffset);
      await writingAside(this.#environment, () => {
        cleanerOffsets.set(topic.name, index, endOffset);
        return cleanerOffsets.writeAside(flushThread);
      });
      result.endOffset = endOffset;
    }
  }

  /** A disk that fails takes the directory offline here too. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isDiskFailure(error) ? this.#environment.health.fail(error) : error;
    }
  }

  #dirtiest(done: ReadonlySet<Partition>): Candidate | null {
    const { clock, cleanerOffsets, health } = this.#environment;
    if (health.failure !== null) return null;
    const now = clock.now();
    let dirtiest: Candidate | null = null;
    let ratioMax = 0;
    for (const partition of this.#options.partitions()) {
      const { topic, index } = partition;
      const isUncleanable = this.statistics.uncleanable.has(`${topic.name}-${index}`);
      if (!topic.settings.compact || isUncleanable || !this.#isOpen(partition)) continue;
      const range = cleanableRange(partition.log!, cleanerOffsets.get(topic.name, index), now);
      ratioMax = Math.max(ratioMax, range.dirtyRatio);
      const isDue = range.dirtyRatio > topic.settings.minDirtyRatio || (range.isOverdue && range.dirtyBytes > 0);
      if (!isDue || done.has(partition)) continue;
      if (dirtiest === null || range.dirtyRatio > dirtiest.range.dirtyRatio) dirtiest = { partition, range };
    }
    this.statistics.maxDirtyRatio = ratioMax;
    return dirtiest;
  }

  /** Is its log open, or is it now? One that nobody asked for is opened when its files say that it may be due. */
  #isOpen(partition: Partition): boolean {
    const { log, problem, directory, topic, index } = partition;
    if (log !== null) return !log.isClosed;
    if (problem !== null || this.#seen.has(partition)) return false;
    this.#seen.add(partition);
    const cleaned = this.#environment.cleanerOffsets.get(topic.name, index);
    const segments = listSegments(this.#environment.system, directory);
    const sealed = segments.slice(0, -1);
    const isDirty = sealed.some((_, i) => segments[i + 1].baseOffset > cleaned);
    if (isDirty) this.#options.open(partition);
    return isDirty;
  }
}

function closed(directory: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CLOSED', `the store in ${directory} is closed`, { path: directory });
}
