/**
 * Removes the segments of a store's logs that have had their time: what `cleanup.policy`, `retention.ms` and `retention.bytes` of their topics say.
 *
 * First it looks at all logs and moves the starts of those that have something due; then one write of `log-start-offset-checkpoint` makes these
 * starts durable; only then segments go, the oldest first. So a crash at any moment leaves no hole, takes no log's start back behind what was
 * removed, and gives no offset twice. A check is through when they are gone for everybody; their files follow on another thread, for a disk may take
 * half a minute for those of ten thousand segments, and what a crash or a failure leaves of them goes later. On a full disk the checkpoint file cannot
 * be written: then a check removes the files too, each removal synced before the next.
 *
 * Partitions that nobody has asked for are looked at too, once, and again when the oldest segment of one becomes due: nothing is appended to them
 * meanwhile. The event loop has its turn after a few segments. A log that fails does not keep others from it.
 */
import { setImmediate } from 'node:timers/promises';
import { isMillraceError, MillraceError } from '../errors.ts';
import { RETENTION_LEAVING_SEGMENTS, RETENTION_STEP_SEGMENTS, RETENTION_TURN_MS } from '../limits.ts';
import { listSegments } from '../log/log-directory.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { openPartition } from './partition-opening.ts';
import { isDiskFailure, type StoreEnvironment, writingAsideUnlessFull } from './store-environment.ts';
import type { Partition } from './topic.ts';

export interface RetentionStatistics {
  /** Looks at all logs, since the store was opened. */
  readonly checks: number;
  /** Segments that they removed, and the bytes of their batches. */
  readonly segments: number;
  readonly bytes: number;
}

export class Retention {
  readonly #environment: StoreEnvironment;
  readonly #partitions: () => Iterable<Partition>;
  readonly #statistics = { checks: 0, segments: 0, bytes: 0 };
  /** The segment of a log that was last told to have a timestamp of the future. */
  readonly #told = new WeakMap<Partition, string>();
  /** Those of which files are being removed. */
  readonly #watched = new Set<PartitionLog>();
  /** Segments and logs since the event loop had its turn. */
  #steps = 0;
  #turnedAt = 0;
  #stopped = false;
  #failure: unknown = null;

  constructor(environment: StoreEnvironment, partitions: () => Iterable<Partition>) {
    this.#environment = environment;
    this.#partitions = partitions;
  }

  get statistics(): RetentionStatistics {
    return { ...this.#statistics };
  }

  /** Looks at all logs once, and removes what is due. Rejects, when it is through, with the first failure. */
  async check(): Promise<void> {
    const { clock, health } = this.#environment;
    health.check();
    this.#failure = null;
    const now = clock.now();
    const due: Partition[] = [];
    for (const partition of this.#partitions()) {
      if (await this.#each(partition, () => this.#expire(partition, now))) due.push(partition);
      if (this.#stopped) break;
    }
    if (due.length > 0) {
      const isKept = await this.#keepStarts(due);
      for (const partition of due) await this.#each(partition, () => this.#remove(partition, isKept));
    }
    this.#statistics.checks++;
    if (this.#failure !== null) throw this.#failure as Error;
  }

  /** The check that runs ends early: what it has not looked at it leaves. */
  stop(): void {
    this.#stopped = true;
  }

  /** Has the partition a segment that is due? Then its log start lies past it from now on. Null: not all of it was looked at. */
  #expire(partition: Partition, now: number): boolean | null {
    const log = partition.log ?? this.#openIfDue(partition, now);
    if (log === null || log.isClosed) return false;
    const due = log.expire(now, RETENTION_STEP_SEGMENTS);
    this.#steps += due;
    if (due === RETENTION_STEP_SEGMENTS) return null;
    this.#tellOfFuture(partition, log, now);
    if (log.isRemoving) {
      log.retryRemoval();
      this.#watch(log);
    }
    return log.hasExpired;
  }

  /** A partition that nobody has asked for: its log, if that has a segment that is due; it stays open then. */
  #openIfDue(partition: Partition, now: number): PartitionLog | null {
    const { system } = this.#environment;
    const { directory } = partition;
    if (partition.problem !== null || now < partition.idleUntil) return null;
    this.#steps++;
    const files = listSegments(system, directory);
    // A new one: opening it would only make its first segment.
    if (files.length === 0 || (files.length === 1 && files[0].size === 0)) partition.idleUntil = Infinity;
    else {
      const log = openPartition(this.#environment, partition);
      partition.idleUntil = log.expiresAt(now);
      if (partition.idleUntil <= now || log.isRemoving) {
        partition.opened(log);
        return log;
      }
      this.#tellOfFuture(partition, log, now);
      log.abandon(new MillraceError('ERR_MILLRACE_CLOSED', `${directory} is closed`, { path: directory }));
    }
    return null;
  }

  /** Null: there is more. */
  #remove({ log }: Partition, isKept: boolean): boolean | null {
    if (log === null || log.isClosed) return false;
    const { segments, bytes } = log.removeExpired(RETENTION_LEAVING_SEGMENTS, isKept);
    if (segments === 0) return false;
    this.#watch(log);
    this.#statistics.segments += segments;
    this.#statistics.bytes += bytes;
    this.#steps += segments;
    return log.hasExpired ? null : true;
  }

  /** Files follow their segments, and nobody waits for them: what becomes of them is told here, and the next check tries again. */
  #watch(log: PartitionLog): void {
    if (!log.isRemoving || this.#watched.has(log)) return;
    this.#watched.add(log);
    void log.removed().then(
      () => this.#watched.delete(log),
      (error: unknown) => {
        this.#watched.delete(log);
        const { logger } = this.#environment;
        logger.warn?.({ err: error, path: log.directory }, 'files of old segments could not be removed');
      },
    );
  }

  /** Makes the log starts of `due` durable; false when the disk is full. */
  #keepStarts(due: readonly Partition[]): Promise<boolean> {
    const { startOffsets, flushThread } = this.#environment;
    for (const { topic, index, log } of due) {
      if (log !== null && !log.isClosed) startOffsets.set(topic.name, index, log.startOffset);
    }
    return writingAsideUnlessFull(this.#environment, () => startOffsets.writeAside(flushThread));
  }

  /** Runs `step` for one partition until it knows an answer; its failure is told at the end. A disk that fails ends all. */
  async #each(partition: Partition, step: () => boolean | null): Promise<boolean> {
    for (;;) {
      this.#steps++;
      if (this.#holds) await this.#giveWay();
      if (this.#stopped) return false;
      const answer = this.#try(partition, step);
      if (answer !== null) return answer;
    }
  }

  #try({ directory }: Partition, step: () => boolean | null): boolean | null {
    const { health, logger } = this.#environment;
    try {
      return step();
    } catch (error) {
      if (isDiskFailure(error)) throw health.fail(error);
      health.check();
      // Its topic was deleted meanwhile.
      if (isMillraceError(error, 'ERR_MILLRACE_CLOSED')) return false;
      logger.warn?.({ err: error, path: directory }, 'old segments of a log could not be removed');
      this.#failure ??= error;
      return false;
    }
  }

  /** Nobody else would say why a log grows for ever: told once for each segment that is to blame. (KAFKA-18929.) */
  #tellOfFuture(partition: Partition, log: PartitionLog, now: number): void {
    const future = log.futureTimestamp(now);
    if (future === null || this.#told.get(partition) === future.path) return;
    this.#told.set(partition, future.path);
    this.#environment.logger.warn?.(
      future,
      'a segment has a timestamp of the future, and neither it nor those behind it go until that has passed',
    );
  }

  /** The event loop has not had its turn for long. */
  get #holds(): boolean {
    return this.#steps >= RETENTION_STEP_SEGMENTS || performance.now() - this.#turnedAt >= RETENTION_TURN_MS;
  }

  async #giveWay(): Promise<void> {
    await setImmediate();
    this.#steps = 0;
    this.#turnedAt = performance.now();
  }
}
