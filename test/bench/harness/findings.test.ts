/** Medians, ratios of the same round, and marks. */
import { expect, test } from 'vitest';
import { finding } from '../../../bench/harness/findings.mjs';

const base = { what: 'ours', unit: 'records/s' };

test('a ratio is of two figures of the same round', () => {
  // The machine was ten times slower in the second round, for both.
  const found = finding({ ...base, figures: [200, 20, 220], baseline: { what: 'theirs', figures: [100, 10, 100] } });
  expect(found).toMatchObject({ value: 200, ratio: 2, ratioSpread: [2, 2.1], mark: null, reached: null });
  expect(found.baseline).toEqual({ what: 'theirs', unit: 'records/s', value: 100 });
  expect(found.spread).toEqual([110, 210]);
});

test('a scaled baseline is so many times what was measured', () => {
  const found = finding({ ...base, figures: [320], baseline: { what: '64 × theirs', figures: [10], scale: 64 } });
  expect(found.ratio).toBe(0.5);
  expect(found.baseline.value).toBe(640);
});

test.each([
  [{ of: 'value', atLeast: 100 }, true],
  [{ of: 'value', atLeast: 101 }, false],
  [{ of: 'value', atMost: 100 }, true],
  [{ of: 'value', atMost: 99 }, false],
  [{ of: 'ratio', atLeast: 2 }, true],
  [{ of: 'ratio', atLeast: 2.1 }, false],
  [{ of: 'ratio', atMost: 1.9 }, false],
] as const)('the mark %o', (mark, reached) => {
  const found = finding({ ...base, figures: [100], baseline: { what: 'theirs', figures: [50] }, mark });
  expect(found.reached).toBe(reached);
});
