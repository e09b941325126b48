/** Producers of one log against what its batches say. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import { expect, test } from 'vitest';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { askedSeed, seedsOf } from '../support/random.ts';
import { ProducerLife } from './producer-life.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 15);
const STEPS = 120;

test(
  'a log knows of its producers what its batches say, whatever stops it',
  { timeout: RUNS * 1000 + 60_000 },
  async () => {
    const counts = new Map<string, number>();
    for (const seed of seedsOf(RUNS)) {
      const system = new MemoryFileSystem({ flush: 'manual', fileBytesMax: 64 * 1024 });
      const life = new ProducerLife(seed, system, '/data/t-0');
      try {
        for (let i = 0; i < STEPS; i++) await life.step();
      } catch (error) {
        const trace = life.trace.slice(-40).join('\n');
        throw new Error(`MILLRACE_SEED=${seed}, after ${life.trace.length - 1} steps\n${trace}\n${String(error)}`, {
          cause: error,
        });
      }
      for (const [name, count] of life.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    if (RUNS >= 15 && askedSeed() === null) expect([...counts.values()].every((count) => count > 3)).toBe(true);
    expect(counts.size).toBeGreaterThan(5);
  },
);
