/** Random histories of transactions. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import fc from 'fast-check';
import { test } from 'vitest';
import { askedSeed, firstSeed } from '../support/random.ts';
import { HistoryCounts } from './history-counts.ts';
import { type Command, type Sent, TransactionHistory } from './transaction-history.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 12);

const producer = fc.integer({ min: 0, max: 2 });
const sent: fc.Arbitrary<Sent> = fc.record({
  topic: fc.constantFrom('orders', 'totals'),
  partition: fc.integer({ min: 0, max: 1 }),
  count: fc.integer({ min: 1, max: 3 }),
});
const transaction: fc.Arbitrary<Command> = fc.record({
  do: fc.constant('transaction'),
  producer,
  sent: fc.array(sent, { minLength: 1, maxLength: 3 }),
  offsets: fc.boolean(),
  how: fc.constantFrom('commit', 'commit', 'commit', 'throw', 'leave'),
  wait: fc.boolean(),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: transaction },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('take over', 'late'), producer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('time', 'kill', 'power', 'close') }) },
);

test('a reader of committed records sees all of a transaction or nothing, whatever happens', async () => {
  const seed = firstSeed();
  const counts = new HistoryCounts();
  const history = fc.asyncProperty(
    fc.array(command, { minLength: 5, maxLength: 25 }),
    fc.nat(),
    async (commands, at) => {
      const run = new TransactionHistory(at);
      await run.run(commands);
      counts.add(run.counts);
    },
  );
  await fc.assert(history, { seed, numRuns: RUNS, plugins: [fc.interruptAfterTimeLimit(100_000)] });
  // The histories have had what they are to have.
  if (RUNS >= 12 && askedSeed() === null) {
    counts.expectEach(['take over', 'late', 'a late request', 'time', 'kill', 'power', 'ended: none', 'ended: thrown']);
  }
}, 120_000);
