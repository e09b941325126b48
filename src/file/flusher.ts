/**
 * Group commit: one flusher a data directory, whose rounds cover every log that asked since the last one began.
 *
 * Promises: rounds run one after another; what a log had published before a round began is durable when the round has ended well; the
 * first round that fails takes the directory offline (health.ts) and nothing is acknowledged after it. A round begins after the
 * microtasks of the turn that asked for it, so that writers who were woken together are served together.
 */
import { FLUSH_EACH_FILES_MAX } from '../limits.ts';
import type { FlushThread, LogFile } from './file-system.ts';
import type { Health } from './health.ts';
import { RecentTimes } from './recent-times.ts';

/** A log, as the flusher sees it. */
export interface Flushable {
  /** Called when a round begins: adds what is dirty; the log remembers up to where. */
  beginFlush(files: LogFile[], directories: Set<string>): void;
  /** Called when it ended. After a failure `error` is the directory's. */
  endFlush(error: Error | null): void;
}

export interface FlushStatistics {
  rounds: number;
  files: number;
  /** Rounds that were one `syncfs`. */
  wholeFileSystem: number;
  lastMs: number;
  /** Of all rounds together. */
  totalMs: number;
}

/** Where there is no `syncfs` the thread syncs file by file, and names are on their own. */
export const SYNCFS_SYNCS_NAMES = process.platform === 'linux';

export class Flusher {
  readonly #thread: FlushThread;
  readonly #health: Health;
  readonly statistics: FlushStatistics = { rounds: 0, files: 0, wholeFileSystem: 0, lastMs: 0, totalMs: 0 };
  readonly recent = new RecentTimes();
  #wanted = new Set<Flushable>();
  #running = false;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(thread: FlushThread, health: Health) {
    this.#thread = thread;
    this.#health = health;
  }

  /** Asks for `log` to be in the next round. */
  request(log: Flushable): void {
    this.#wanted.add(log);
    if (this.#running || this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      this.#begin();
    });
  }

  /** Takes a log out that will not be there any more; a round that runs still tells it. */
  withdraw(log: Flushable): void {
    this.#wanted.delete(log);
  }

  /** Settles when no round runs and none is wanted. */
  async idle(): Promise<void> {
    if (!this.#running && this.#wanted.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Ends the thread. Call when idle. */
  close(): void {
    this.#thread.close();
  }

  #begin(): void {
    if (this.#running || this.#wanted.size === 0) return this.#tellIdle();
    const logs = this.#wanted;
    this.#wanted = new Set();
    if (this.#health.failure !== null) {
      this.#finish(logs, this.#health.failure);
      return;
    }
    const files: LogFile[] = [];
    const directories = new Set<string>();
    for (const log of logs) log.beginFlush(files, directories);
    if (files.length === 0 && directories.size === 0) {
      this.#finish(logs, null);
      return;
    }
    const wholeFileSystem = files.length > FLUSH_EACH_FILES_MAX;
    this.#running = true;
    this.statistics.rounds++;
    this.statistics.files += files.length;
    if (wholeFileSystem) this.statistics.wholeFileSystem++;
    const work = { files, directories: wholeFileSystem && SYNCFS_SYNCS_NAMES ? [] : [...directories], wholeFileSystem };
    this.#thread.flush(work, (error, elapsedMs) => {
      this.#running = false;
      this.statistics.lastMs = elapsedMs;
      this.statistics.totalMs += elapsedMs;
      this.recent.add(elapsedMs);
      this.#finish(logs, error === null ? null : this.#health.fail(error));
      this.#begin();
    });
  }

  #finish(logs: Set<Flushable>, error: Error | null): void {
    for (const log of logs) log.endFlush(error);
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#wanted.size > 0 || this.#running) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
