/** The end of a consumer of a group: what it has to do then is done once, whoever begins it, and those who wait are told when it is done. */
import { Waiters } from './waiters.ts';

export class MemberEnding {
  readonly #leave: () => Promise<void>;
  readonly #waiting = new Waiters();
  #leaving: Promise<void> | null = null;
  #isOver = false;

  constructor(leave: () => Promise<void>) {
    this.#leave = leave;
  }

  /** All is done, or has failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Begins, unless it has begun. Nobody has to wait for what it returns. */
  begin(): Promise<void> {
    if (this.#leaving !== null) return this.#leaving;
    this.#leaving = this.#end();
    // Told to whoever waits.
    this.#leaving.catch(() => undefined);
    return this.#leaving;
  }

  /** Settles when it is over; it is begun by somebody else. */
  async over(): Promise<void> {
    if (!this.#isOver) await this.#waiting.wait();
  }

  async #end(): Promise<void> {
    try {
      await this.#leave();
    } finally {
      this.#isOver = true;
      this.#waiting.resolve();
    }
  }
}
