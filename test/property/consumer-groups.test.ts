/** Random histories of a group of the consumer protocol. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import { test } from 'vitest';
import { askedSeed, Random, seedsOf } from '../support/random.ts';
import { HistoryCounts } from './history-counts.ts';
import { ConsumerGroupSimulation } from './consumer-group-simulation.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 12);

test('nobody is given what somebody else has, and in the end all is somebody’s', async () => {
  const counts = new HistoryCounts();
  for (const seed of seedsOf(RUNS)) {
    const simulation = new ConsumerGroupSimulation(new Random(seed));
    await simulation.run(800).catch((error: unknown) => {
      throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
    });
    counts.add(simulation.counts);
  }
  // The histories have had what they are to have.
  const refusals = ['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'UNRELEASED_INSTANCE_ID', 'NOT_COORDINATOR'];
  const events = ['given', 'lost', 'crash', 'pause', 'restart', 'compaction', 'move', 'topic', 'subscribe'];
  if (askedSeed() === null) counts.expectEach([...refusals, ...events]);
}, 60_000);
