/**
 * A clock that stands still until a test moves it: for a store or a broker that is handed it, timeouts, retention and idle connections come when the test
 * says so, at once and in their order.
 */
import type { Clock } from './clock.ts';
import { invalidArgument, MillraceError } from './errors.ts';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** Tasks that one `advance` runs: more are a task that puts itself off by nothing for ever. */
const TASKS_PER_ADVANCE_MAX = 1_000_000;

export class TestClock implements Clock {
  #now: number;
  /** By their time; those of one time in the order in which they were scheduled. */
  #tasks: Task[] = [];

  /** `now`: milliseconds since 1970; default: a moment in November 2023, the same in every run. */
  constructor(now = 1_700_000_000_000) {
    if (!Number.isSafeInteger(now)) throw invalidArgument('now', 'whole milliseconds', now);
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const task = { at: this.#now + Math.max(0, delayMs), run };
    const later = this.#tasks.findIndex(({ at }) => at > task.at);
    this.#tasks.splice(later === -1 ? this.#tasks.length : later, 0, task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Tasks that wait for their time. */
  get scheduled(): number {
    return this.#tasks.length;
  }

  /**
   * Moves the time on, and runs what becomes due, each task at its own time, also those that these schedule. What tasks begin and do not end at once, a write or an answer to
   * a client, goes on after this has returned: await it.
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw invalidArgument('ms', 'milliseconds from 0 on', ms);
    const end = this.#now + ms;
    for (let ran = 0; this.#tasks.length > 0 && this.#tasks[0].at <= end; ran++) {
      if (ran === TASKS_PER_ADVANCE_MAX) {
        throw new MillraceError('ERR_MILLRACE_QUEUE_FULL', `${ran} tasks were due within ${ms} ms`);
      }
      const { at, run } = this.#tasks.shift()!;
      this.#now = at;
      run();
    }
    this.#now = end;
  }
}
