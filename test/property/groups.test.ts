/** Random histories of a group. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import { expect, test } from 'vitest';
import { askedSeed, seedsOf } from '../support/random.ts';
import { HistoryCounts } from './history-counts.ts';
import { GroupSimulation } from './group-simulation.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 10);

test('a partition has one owner in a generation, who is fenced commits nothing, and every record is delivered', async () => {
  const counts = new HistoryCounts();
  for (const seed of seedsOf(RUNS)) {
    const simulation = new GroupSimulation(seed);
    await simulation.run(600).catch((error: unknown) => {
      throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
    });
    expect(simulation.truth.counts.committed).toBeGreaterThan(0);
    counts.add(simulation.truth.counts);
  }
  // The histories have had what they are to have.
  const refusals = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'];
  const events = [
    'close',
    'kill',
    'compacted',
    'power',
    'pause',
    'restart',
    'leave',
    'late',
    'assigned',
    'committed',
    'unanswered',
    'skipped',
  ];
  if (askedSeed() === null) counts.expectEach([...refusals, ...events]);
}, 120_000);
