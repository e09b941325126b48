/**
 * Random numbers that can be had again: a seed gives one sequence (mulberry32). The seed of a run is `MILLRACE_SEED` or the clock's, and a
 * test that fails prints it.
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
  const text = process.env.MILLRACE_SEED;
  return text === undefined || text === '' ? null : Number(text);
}

/** Seeds for `runs` runs: the asked one alone, or from the clock on. */
export function seedsOf(runs: number): number[] {
  const asked = askedSeed();
  if (asked !== null) return [asked];
  const first = Date.now() >>> 0;
  return Array.from({ length: runs }, (_, i) => (first + i) >>> 0);
}
