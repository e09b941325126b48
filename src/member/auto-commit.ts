/** Commits by itself from time to time, one commit after another. */
import type { Clock } from '../clock.ts';

export class AutoCommit {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #commit: () => Promise<void>;
  #cancel: (() => void) | null = null;
  #isCommitting = false;

  /** What `commit` returns never rejects. */
  constructor(clock: Clock, intervalMs: number, commit: () => Promise<void>) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#commit = commit;
  }

  /** Idempotent. */
  start(): void {
    if (this.#cancel === null) this.#wait();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #wait(): void {
    this.#cancel = this.#clock.schedule(this.#intervalMs, () => {
      this.#wait();
      void this.#once();
    });
  }

  async #once(): Promise<void> {
    // The last one is being tried again.
    if (this.#isCommitting) return;
    this.#isCommitting = true;
    await this.#commit();
    this.#isCommitting = false;
  }
}
