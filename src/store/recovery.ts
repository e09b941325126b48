/**
 * Recovers the partitions of a data directory after an unclean stop, before any of them is opened.
 *
 * Little work is done right here; much is spread over worker threads, the largest logs first. Damage that is found is cut off and reported:
 * everything before it is kept. A partition of a kind that cannot be recovered here becomes unavailable, by itself; a disk that fails makes
 * the open fail.
 */
import { setImmediate } from 'node:timers/promises';
import { isMillraceError, type MillraceError } from '../errors.ts';
import { DiskFileSystem } from '../file/disk.ts';
import type { FileSystem } from '../file/file-system.ts';
import { SYNCFS_SYNCS_NAMES } from '../file/flusher.ts';
import {
  RECOVERY_TASK_BYTES,
  RECOVERY_TASK_LOGS_MAX,
  RECOVERY_THREADS_FROM_BYTES,
  RECOVERY_THREADS_FROM_MS,
} from '../limits.ts';
import { listSegments, type SegmentFiles } from '../log/log-directory.ts';
import { loadOffsetIndex } from '../segment/index-loading.ts';
import type { Damage } from '../log/log-recovery.ts';
import { compiledModule } from '../package-root.ts';
import { fromPlainError } from '../worker/error-transfer.ts';
import type { Executor } from '../worker/executor.ts';
import { InlineExecutor } from '../worker/inline-executor.ts';
import { ThreadPool } from '../worker/thread-pool.ts';
import { type RecoveryOutcome, type RecoveryTask, recoverLogs } from './recovery-task.ts';
import { flushRound } from '../file/flush-round.ts';
import { isDiskFailure, type StoreEnvironment } from './store-environment.ts';
import type { Partition } from './topic.ts';

/** Told after each partition. */
export interface RecoveryProgress {
  readonly topic: string;
  readonly partition: number;
  /** Partitions that are done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Bytes of the logs that are done, of about `bytesTotal` to look at. */
  readonly bytes: number;
  readonly bytesTotal: number;
}

export interface RecoveryReport {
  /** The last stop was a clean one: nothing was looked at. */
  readonly clean: boolean;
  readonly partitions: number;
  readonly bytesRead: number;
  readonly elapsedMs: number;
  /** Worker threads that took part. */
  readonly threads: number;
  /** Where logs turned out to end before their files did. After a clean stop that is found when a partition is first asked for. */
  readonly damage: readonly Damage[];
  /** Partitions that could not be recovered, and why; `partition()` throws the same. */
  readonly unavailable: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly error: MillraceError;
  }[];
}

export const CLEAN_REPORT: RecoveryReport = {
  clean: true,
  partitions: 0,
  bytesRead: 0,
  elapsedMs: 0,
  threads: 0,
  damage: [],
  unavailable: [],
};

export interface RecoveryOptions {
  readonly threads: number;
  readonly onProgress?: (progress: RecoveryProgress) => void;
}

type RecoveryExecutor = Executor<RecoveryTask, RecoveryOutcome[]>;

interface Job {
  readonly partition: Partition;
  readonly recoveryPoint: number;
  /** Bytes to look at, about. */
  readonly bytes: number;
}

export async function recoverPartitions(
  environment: StoreEnvironment,
  partitions: readonly Partition[],
  options: RecoveryOptions,
): Promise<RecoveryReport> {
  const run = new RecoveryRun(environment, options, partitions);
  return run.run();
}

class RecoveryRun {
  readonly #environment: StoreEnvironment;
  readonly #options: RecoveryOptions;
  readonly #jobs: Job[];
  readonly #bytesTotal: number;
  readonly #began = performance.now();
  readonly #unavailable: { topic: string; partition: number; error: MillraceError }[] = [];
  #done = 0;
  #bytes = 0;
  #bytesRead = 0;
  #threads = 0;
  #failure: Error | null = null;

  constructor(environment: StoreEnvironment, options: RecoveryOptions, partitions: readonly Partition[]) {
    this.#environment = environment;
    this.#options = options;
    this.#jobs = partitions.map((partition) => this.#jobOf(partition));
    // The largest first: one that began last would be waited for alone.
    this.#jobs.sort((a, b) => b.bytes - a.bytes);
    this.#bytesTotal = this.#jobs.reduce((sum, job) => sum + job.bytes, 0);
  }

  async run(): Promise<RecoveryReport> {
    const groups = groupJobs(this.#jobs);
    const { system } = this.#environment;
    // A file system of somebody's own cannot be handed to a thread.
    const mayUseThreads = this.#options.threads > 0 && system instanceof DiskFileSystem;
    let next = 0;
    if (!mayUseThreads || this.#bytesTotal < RECOVERY_THREADS_FROM_BYTES) {
      const until = mayUseThreads ? this.#began + RECOVERY_THREADS_FROM_MS : Infinity;
      const executor: RecoveryExecutor = new InlineExecutor((task) => recoverLogs(system, task));
      while (next < groups.length && performance.now() < until) await this.#runGroup(executor, groups[next++]);
    }
    if (next < groups.length) await this.#runInThreads(groups.slice(next));
    if (this.#failure !== null) throw this.#failure;
    // Until now no recovery point says that a log is whole: a crash before this is followed by the same recovery.
    if (SYNCFS_SYNCS_NAMES) {
      await flushRound(this.#environment.flushThread, { files: [], directories: [], wholeFileSystem: true });
    }
    return {
      clean: false,
      partitions: this.#jobs.length,
      bytesRead: this.#bytesRead,
      elapsedMs: performance.now() - this.#began,
      threads: this.#threads,
      damage: this.#environment.damage,
      unavailable: this.#unavailable,
    };
  }

  async #runInThreads(groups: readonly (readonly Job[])[]): Promise<void> {
    this.#threads = Math.min(this.#options.threads, groups.length);
    const executor: RecoveryExecutor = new ThreadPool({
      module: compiledModule('store/recovery-task'),
      work: 'recoverInThread',
      threads: this.#threads,
    });
    let next = 0;
    const feed = async (): Promise<void> => {
      while (next < groups.length && this.#failure === null) await this.#runGroup(executor, groups[next++]);
    };
    try {
      await Promise.all(Array.from({ length: executor.concurrency }, feed));
    } finally {
      await executor.close();
    }
  }

  async #runGroup(executor: RecoveryExecutor, group: readonly Job[]): Promise<void> {
    const task = group.map(({ partition, recoveryPoint }) => {
      const { directory, index, topic } = partition;
      const startOffset = this.#environment.startOffsets.get(topic.name, index);
      return { directory, settings: topic.settings, recoveryPoint, startOffset, syncLater: SYNCFS_SYNCS_NAMES };
    });
    const outcomes = await executor.run(task);
    group.forEach((job, i) => this.#take(job, outcomes[i]));
    // A failed disk is told at once, and not after all that is left has failed too.
    if (this.#failure !== null) throw this.#failure;
    await setImmediate();
  }

  #take(job: Job, outcome: RecoveryOutcome): void {
    const { topic, index, directory } = job.partition;
    const { recoveryPoints, logger, damage: damages } = this.#environment;
    this.#done++;
    this.#bytes += job.bytes;
    if ('report' in outcome) {
      const { damage, endOffset, bytesRead } = outcome.report;
      this.#bytesRead += bytesRead;
      recoveryPoints.set(topic.name, index, endOffset);
      if (damage !== null) {
        damages.push(damage);
        logger.warn?.({ topic: topic.name, partition: index, damage }, 'a log was damaged and was cut there');
      }
    } else this.#takeError(job, fromPlainError(outcome.error));
    logger.debug?.({ path: directory, done: this.#done, total: this.#jobs.length }, 'recovered a partition');
    this.#options.onProgress?.({
      topic: topic.name,
      partition: index,
      done: this.#done,
      total: this.#jobs.length,
      bytes: this.#bytes,
      bytesTotal: this.#bytesTotal,
    });
  }

  #takeError({ partition }: Job, error: Error): void {
    const isKind = isMillraceError(error, 'ERR_MILLRACE_CORRUPT') || isMillraceError(error, 'ERR_MILLRACE_UNSUPPORTED');
    if (!isKind || isDiskFailure(error)) {
      this.#failure ??= error;
      return;
    }
    partition.problem = error;
    this.#unavailable.push({ topic: partition.topic.name, partition: partition.index, error });
    this.#environment.logger.error?.(
      { err: error, path: partition.directory },
      'a partition cannot be recovered and is not available',
    );
  }

  #jobOf(partition: Partition): Job {
    const { topic, index, directory } = partition;
    const recoveryPoint = this.#environment.recoveryPoints.get(topic.name, index);
    const segments = listSegments(this.#environment.system, directory);
    let bytes = 0;
    segments.forEach((segment, i) => {
      const end = segments[i + 1]?.baseOffset ?? Infinity;
      if (end > recoveryPoint) bytes += bytesPast(this.#environment.system, directory, segment, recoveryPoint);
    });
    return { partition, recoveryPoint, bytes };
  }
}

/** About how many bytes of a segment lie past the recovery point: what its index knows of it needs no look. */
function bytesPast(system: FileSystem, directory: string, segment: SegmentFiles, recoveryPoint: number): number {
  const { baseOffset, size } = segment;
  if (recoveryPoint <= baseOffset || size <= 0) return Math.max(size, 0);
  return size - loadOffsetIndex(system, directory, baseOffset, size).positionBefore(recoveryPoint);
}

/** Small logs together, so that a task is worth its way to a thread and back. */
function groupJobs(jobs: readonly Job[]): Job[][] {
  const groups: Job[][] = [];
  let bytes = Infinity;
  for (const job of jobs) {
    const last = groups.at(-1);
    if (last === undefined || last.length >= RECOVERY_TASK_LOGS_MAX || bytes + job.bytes > RECOVERY_TASK_BYTES) {
      groups.push([job]);
      bytes = job.bytes;
    } else {
      last.push(job);
      bytes += job.bytes;
    }
  }
  return groups;
}
