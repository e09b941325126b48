/**
 * Removes files on another thread, one call's after another's: whoever asks first is served first, and one thread of libuv's pool is busy at most.
 *
 * Files of one call go in their order, and before them is done what the caller wants done first, on the caller's thread. `stop` takes effect at once: what it returns is there still, and no thread will remove it.
 */
import { fromSystemError } from '../errors.ts';
import { REMOVED_AT_ONCE } from '../limits.ts';
import { native, type NativeRemoval } from '../native.ts';
import type { AsideRemoval } from './file-system.ts';

export class RemovalQueue {
  readonly #waiting = new Set<QueuedRemoval>();
  #isRunning = false;

  /** A file that is not there is no failure. */
  add(paths: readonly string[], first?: () => void): AsideRemoval {
    const removal = new QueuedRemoval(paths, first);
    this.#waiting.add(removal);
    if (!this.#isRunning) void this.#run();
    return removal;
  }

  /** Stops all. */
  close(): void {
    for (const removal of this.#waiting) removal.stop();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (const removal of this.#waiting) {
      await removal.run();
      this.#waiting.delete(removal);
    }
    this.#isRunning = false;
  }
}

class QueuedRemoval implements AsideRemoval {
  readonly done: Promise<void>;
  readonly #paths: readonly string[];
  #first: (() => void) | undefined;
  #settle!: (error: Error | null) => void;
  /** So many are gone, of those that no thread is at. */
  #removed = 0;
  #running: NativeRemoval | null = null;
  #stopped = false;

  constructor(paths: readonly string[], first?: () => void) {
    this.#paths = paths;
    this.#first = first;
    this.done = new Promise((resolve, reject) => {
      this.#settle = (error) => {
        if (error === null) resolve();
        else reject(error);
      };
    });
    // Who does not wait looks at what `stop` returns.
    this.done.catch(() => undefined);
  }

  stop(): readonly string[] {
    if (!this.#stopped) {
      this.#stopped = true;
      this.#removed += this.#running?.stop() ?? 0;
    }
    return this.#paths.slice(this.#removed);
  }

  /** Settles, without a failure, when there is nothing more to do. */
  async run(): Promise<void> {
    let failure: Error | null = null;
    while (!this.#stopped && this.#removed < this.#paths.length) {
      const part = this.#paths.slice(this.#removed, this.#removed + REMOVED_AT_ONCE);
      try {
        this.#first?.();
        this.#first = undefined;
        this.#running = native.removeFiles(part);
        await this.#running.done;
        if (!this.#stopped) this.#removed += part.length;
      } catch (error) {
        failure = fromSystemError(error) as Error;
        this.stop();
      }
      this.#running = null;
    }
    this.#settle(failure);
  }
}
