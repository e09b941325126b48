/** A clock that stands still until a test moves it. */
import type { Clock } from '#millrace/clock.js';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  #now: number;
  #tasks: Task[] = [];

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task = { at: this.#now + delayMs, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  get scheduled(): number {
    return this.#tasks.length;
  }

  /** Moves the time on and runs what has become due, in the order of its time. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#tasks.filter((task) => task.at <= this.#now).sort((a, b) => a.at - b.at);
    this.#tasks = this.#tasks.filter((task) => task.at > this.#now);
    for (const task of due) task.run();
  }
}
