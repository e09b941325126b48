import { expect, test } from 'vitest';
import { SAMPLE_WINDOW_MS } from '#millrace/limits.js';
import { SampledValue } from '#millrace/producer/sampled-value.js';

const NOW = 1_700_000_000_000;

test('average and maximum of what was measured; nothing of nothing', () => {
  const value = new SampledValue();
  expect(value.statistics(NOW)).toBeNull();
  for (const each of [4, 0, 8]) value.add(each, NOW);
  expect(value.statistics(NOW)).toEqual({ average: 4, max: 8 });
});

test('what is older than a window and the one before it is forgotten', () => {
  const value = new SampledValue();
  value.add(10, NOW);
  value.add(20, NOW + SAMPLE_WINDOW_MS - 1);
  value.add(3, NOW + SAMPLE_WINDOW_MS);
  expect(value.statistics(NOW + SAMPLE_WINDOW_MS)).toEqual({ average: 11, max: 20 });
  expect(value.statistics(NOW + 2 * SAMPLE_WINDOW_MS - 1)).toEqual({ average: 11, max: 20 });
  expect(value.statistics(NOW + 2 * SAMPLE_WINDOW_MS)).toEqual({ average: 3, max: 3 });
  expect(value.statistics(NOW + 3 * SAMPLE_WINDOW_MS)).toBeNull();
});

test('after a pause of two windows nothing of before it counts, with the first value too', () => {
  const value = new SampledValue();
  value.add(10, NOW);
  value.add(2, NOW + 2 * SAMPLE_WINDOW_MS);
  expect(value.statistics(NOW + 2 * SAMPLE_WINDOW_MS)).toEqual({ average: 2, max: 2 });
});

test('a clock that is set back begins anew', () => {
  const value = new SampledValue();
  value.add(10, NOW);
  value.add(1, NOW - 10 * SAMPLE_WINDOW_MS);
  expect(value.statistics(NOW - 10 * SAMPLE_WINDOW_MS)).toEqual({ average: 1, max: 1 });
});
