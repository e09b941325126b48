/** The durations of the newest rounds of something, in milliseconds: a fixed number of them, the oldest goes first. */
import { RECENT_TIMES_MAX } from '../limits.ts';

export class RecentTimes {
  readonly #times = new Float64Array(RECENT_TIMES_MAX);
  #count = 0;

  add(elapsedMs: number): void {
    this.#times[this.#count % RECENT_TIMES_MAX] = elapsedMs;
    this.#count++;
  }

  /** A copy, in ascending order. */
  sorted(): Float64Array {
    return this.#times.slice(0, Math.min(this.#count, RECENT_TIMES_MAX)).sort();
  }
}
