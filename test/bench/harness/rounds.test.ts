/** Rounds: each contestant once in each, a first one that does not count, and nobody always first. */
import { expect, test } from 'vitest';
import { inRounds, median, quantile, timeShortTasks } from '../../../bench/harness/rounds.mjs';

const context = { rounds: 3, progress: () => undefined };

test('contestants take turns, and the first round does not count', async () => {
  const order: string[] = [];
  let clock = 0;
  const contestant = (name: string) => async () => {
    order.push(name);
    return clock++;
  };
  const figures = await inRounds(context, { a: contestant('a'), b: contestant('b'), c: contestant('c') });
  expect(order.join('')).toBe('abcbcacababc');
  expect(figures).toEqual({ a: [5, 7, 9], b: [3, 8, 10], c: [4, 6, 11] });
});

test('quantiles lie between values, in proportion', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1])).toBe(2.5);
  expect([0, 0.25, 0.99, 1].map((part) => quantile([10, 20, 30, 40, 50], part))).toEqual([10, 20, 49.6, 50]);
});

test('short tasks are timed by the operation', async () => {
  let calls = 0;
  const slow = (): void => {
    calls++;
    const until = performance.now() + 1;
    while (performance.now() < until);
  };
  const figures = await timeShortTasks({ ...context, rounds: 1 }, { slow }, { operations: 2, timeMs: 5 });
  expect(figures.slow).toHaveLength(1);
  expect(figures.slow[0]).toBeGreaterThan(1e6);
  expect(figures.slow[0]).toBeLessThan(1e9);
  expect(calls).toBeGreaterThanOrEqual(10);
});
