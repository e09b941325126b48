/** The clock of a process that may be killed: what it was to do later is not done then. Stores into a mapping would reach the next process's files. */
import type { Clock } from '#millrace/clock.js';

export class MortalClock implements Clock {
  readonly #clock: Clock;
  #isDead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  schedule(delayMs: number, task: () => void): () => void {
    return this.#clock.schedule(delayMs, () => {
      if (!this.#isDead) task();
    });
  }

  die(): void {
    this.#isDead = true;
  }
}
