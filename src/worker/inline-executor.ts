/** An executor on the caller's thread. Lets the event loop have a turn when it has held it for a while. */
import { setImmediate } from 'node:timers/promises';
import type { Executor } from './executor.ts';

/** Longer than most single tasks, shorter than what a user notices. */
const TURN_MS = 20;

export class InlineExecutor<Task, Result> implements Executor<Task, Result> {
  readonly concurrency = 1;
  readonly #work: (task: Task) => Result;
  #turnBegan = performance.now();

  constructor(work: (task: Task) => Result) {
    this.#work = work;
  }

  async run(task: Task): Promise<Result> {
    if (performance.now() - this.#turnBegan > TURN_MS) {
      await setImmediate();
      this.#turnBegan = performance.now();
    }
    return this.#work(task);
  }

  async close(): Promise<void> {
    // Nothing was started.
  }
}
