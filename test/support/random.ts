/**
 * Random numbers that can be had again: a seed gives one sequence (mulberry32). A test that fails prints its seed, and `MILLRACE_SEED=n` takes it. Without
 * that all runs draw the same numbers, so that a test fails for a change and not for the day; `MILLRACE_SEED=new` draws new ones.
 */

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)];
  }

  bytes(size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    for (let i = 0; i < size; i++) bytes[i] = this.between(0, 255);
    return bytes;
  }
}

/** The seed that was asked for by `MILLRACE_SEED`, or null. */
export function askedSeed(): number | null {
  const text = process.env.MILLRACE_SEED ?? '';
  return text === '' || text === 'new' ? null : Number(text);
}

/** The asked seed; or the one that all runs begin with; or the clock's. */
export function firstSeed(): number {
  return askedSeed() ?? (process.env.MILLRACE_SEED === 'new' ? Date.now() >>> 0 : 1);
}

/** Seeds for `runs` runs: the asked one alone, or from the first one on. */
export function seedsOf(runs: number): number[] {
  const first = firstSeed();
  return Array.from({ length: askedSeed() === null ? runs : 1 }, (_, i) => (first + i) >>> 0);
}
