/**
 * Average and maximum of what was measured in the last half minute to minute, as Kafka's clients tell them: of two windows of 30 seconds, the one
 * that goes on and the one before it. Takes no memory for a value.
 */
import { SAMPLE_WINDOW_MS } from '../limits.ts';
import type { Timestamp } from '../types.ts';

export interface SampledStatistics {
  readonly average: number;
  readonly max: number;
}

export class SampledValue {
  #since = 0;
  #count = 0;
  #sum = 0;
  #max = 0;
  #countBefore = 0;
  #sumBefore = 0;
  #maxBefore = 0;

  /** `value` is no less than 0. */
  add(value: number, now: Timestamp): void {
    this.#turn(now);
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  /** Null when nothing was measured for so long. */
  statistics(now: Timestamp): SampledStatistics | null {
    this.#turn(now);
    const count = this.#count + this.#countBefore;
    if (count === 0) return null;
    return { average: (this.#sum + this.#sumBefore) / count, max: Math.max(this.#max, this.#maxBefore) };
  }

  /** Begins another window when this one is over. A clock that was set back ends it too: else it would go on until the old time comes again. */
  #turn(now: Timestamp): void {
    const elapsed = now - this.#since;
    if (elapsed >= 0 && elapsed < SAMPLE_WINDOW_MS) return;
    const isNext = elapsed >= 0 && elapsed < 2 * SAMPLE_WINDOW_MS;
    this.#countBefore = isNext ? this.#count : 0;
    this.#sumBefore = isNext ? this.#sum : 0;
    this.#maxBefore = isNext ? this.#max : 0;
    this.#since = now;
    this.#count = 0;
    this.#sum = 0;
    this.#max = 0;
  }
}
