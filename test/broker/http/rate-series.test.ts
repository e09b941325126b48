import { expect, test } from 'vitest';
import { RateSeries } from '#millrace/broker/http/rate-series.js';
import { RATES_KEPT_MAX } from '#millrace/limits.js';

test('how much in a second, also when the looks are not a second apart', () => {
  const series = new RateSeries(100, 0);
  expect([series.current, series.rates]).toEqual([0, []]);
  series.add(150, 1000);
  series.add(250, 1500);
  series.add(250, 2500);
  expect(series.rates).toEqual([50, 200, 0]);
});

test('a counter that begins again is no rate, and a clock that stands still no look', () => {
  const series = new RateSeries(100, 0);
  series.add(20, 1000);
  series.add(30, 1000);
  series.add(40, 2000);
  expect(series.rates).toEqual([0, 20]);
});

test('only the newest are kept', () => {
  const series = new RateSeries(0, 0);
  for (let i = 1; i <= RATES_KEPT_MAX + 5; i++) series.add(i * i, i * 1000);
  expect(series.rates).toHaveLength(RATES_KEPT_MAX);
  expect(series.rates[0]).toBe(11);
});
