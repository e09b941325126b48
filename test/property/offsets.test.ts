/** Random histories of committed offsets. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many. */
import fc from 'fast-check';
import { test } from 'vitest';
import { askedSeed, firstSeed } from '../support/random.ts';
import { HistoryCounts } from './history-counts.ts';
import { type OffsetCommand, OffsetHistory, type Place, RETENTION_MS } from './offset-history.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 40);

const place: fc.Arbitrary<Place> = fc.record({
  group: fc.constantFrom('g', 'h'),
  topic: fc.constantFrom('a', 'b'),
  partition: fc.integer({ min: 0, max: 1 }),
});
const places = fc.array(place, { minLength: 1, maxLength: 4 });
const producer = fc.integer({ min: 1, max: 3 });
const retentionMs = fc.constantFrom(-1, -1, -1, 0, RETENTION_MS / 2, RETENTION_MS * 3);
const command: fc.Arbitrary<OffsetCommand> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('commit'), places, retentionMs }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('stage'), producer, places }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('end'), producer, type: fc.constantFrom('commit', 'abort') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forget'), place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('time'), ms: fc.integer({ min: 1, max: RETENTION_MS }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('expire', 'expire', 'compact', 'compact', 'compact', 'look', 'look', 'reopen'),
    }),
  },
);

test('whoever reads the offsets of a log is told what its history says, however much of it is left', async () => {
  const counts = new HistoryCounts();
  const history = fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: 80 }), async (commands) => {
    const run = new OffsetHistory();
    await run.run(commands);
    counts.add(run.counts);
  });
  await fc.assert(history, { seed: firstSeed(), numRuns: RUNS, plugins: [fc.interruptAfterTimeLimit(100_000)] });
  // The histories have had what they are to have.
  if (RUNS >= 40 && askedSeed() === null) {
    counts.expectEach([
      'stage',
      'end',
      'forget',
      'compacted away',
      'look',
      'reopen',
      'expired',
      'kept for a transaction',
    ]);
  }
}, 120_000);
