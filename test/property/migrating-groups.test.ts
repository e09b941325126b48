/** Random histories of a group whose members come with either protocol. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import { expect, test } from 'vitest';
import { askedSeed, seedsOf } from '../support/random.ts';
import { HistoryCounts } from './history-counts.ts';
import { EpochTruth } from './epoch-truth.ts';
import { GroupSimulation } from './group-simulation.ts';
import { MIGRATING_OPTIONS, MigratingConsumer } from './migrating-consumer.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 4);

test.each(['eager', 'cooperative'] as const)(
  'with %s classic members: nobody is given what somebody else has, who is fenced commits nothing, and every record is delivered',
  async (classic) => {
    const counts = new HistoryCounts();
    for (const seed of seedsOf(RUNS)) {
      const truth = new EpochTruth();
      const others: MigratingConsumer[] = [];
      const simulation = new GroupSimulation(seed, {
        truth,
        options: MIGRATING_OPTIONS,
        consumer: (world, index) => {
          const consumer = new MigratingConsumer(world, index, { truth, others, classic });
          others.push(consumer);
          return consumer;
        },
      });
      await simulation.run(600).catch((error: unknown) => {
        throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
      });
      expect(truth.counts.committed).toBeGreaterThan(0);
      counts.add(truth.counts);
    }
    // The histories have had what they are to have.
    const refusals = ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'UNRELEASED_INSTANCE_ID'];
    const events = [
      'close',
      'kill',
      'power',
      'pause',
      'restart',
      'leave',
      'late',
      'assigned',
      'committed',
      'compacted',
    ];
    const kinds = [classic, 'consumer', 'upgraded', 'downgraded'];
    if (askedSeed() === null) counts.expectEach([...refusals, ...events, ...kinds]);
  },
  120_000,
);
