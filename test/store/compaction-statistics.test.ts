import { expect, test } from 'vitest';
import { addPass, CompactionStatistics, newResult } from '#millrace/store/compaction-statistics.js';
import { FakeClock } from '../support/fake-clock.ts';

const pass = {
  endOffset: 9,
  isGivenUp: false,
  keys: 3,
  bytesRead: 200,
  bytesWritten: 50,
  recordsRead: 20,
  recordsKept: 5,
  recordsWithoutKey: 1,
  segmentsBefore: 4,
  segmentsAfter: 2,
};

test('a run is the sum of its passes, and a store the sum of its runs', () => {
  const clock = new FakeClock(5000);
  const statistics = new CompactionStatistics(clock);
  expect(statistics.lastRunAt).toBe(5000);
  for (const [elapsedMs, isGivenUp] of [
    [7, false],
    [3, true],
  ] as const) {
    const result = newResult('keys', 1);
    addPass(result, pass);
    addPass(result, pass);
    expect(result).toMatchObject({
      passes: 2,
      bytesRead: 400,
      recordsKept: 10,
      recordsWithoutKey: 2,
      segmentsAfter: 4,
    });
    clock.advance(100);
    statistics.ran({ ...result, elapsedMs, isGivenUp });
  }
  expect(statistics).toMatchObject({ runs: 2, givenUp: 1, bytesRead: 800, bytesWritten: 200, recordsRead: 80 });
  expect(statistics).toMatchObject({ lastRunMs: 3, maxRunMs: 7, lastRunAt: 5200, failures: 0 });
});
