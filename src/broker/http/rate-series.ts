/** How fast a counter moves: its newest rates, one a sample, up to a bound. */
import { RATES_KEPT_MAX } from '../../limits.ts';

export class RateSeries {
  readonly #rates: number[] = [];
  #counter: number;
  #at: number;

  /** `counter` as it stands at `now`: what came before is no rate. */
  constructor(counter: number, now: number) {
    this.#counter = counter;
    this.#at = now;
  }

  add(counter: number, now: number): void {
    const elapsedMs = now - this.#at;
    if (elapsedMs <= 0) return;
    // A topic that was made anew counts from 0 again.
    this.#rates.push((1000 * Math.max(0, counter - this.#counter)) / elapsedMs);
    if (this.#rates.length > RATES_KEPT_MAX) this.#rates.shift();
    this.#counter = counter;
    this.#at = now;
  }

  /** A second each, the oldest first. */
  get rates(): readonly number[] {
    return this.#rates;
  }

  get current(): number {
    return this.#rates.at(-1) ?? 0;
  }
}
