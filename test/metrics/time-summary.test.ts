import { expect, test } from 'vitest';
import { Registry } from 'prom-client';
import { TimeSummary } from '#millrace/metrics/time-summary.js';
import { parseMetrics } from './scrape.ts';

const summary = (times: Record<string, number[]>) =>
  new TimeSummary({
    name: 'took_ms',
    help: 'How long',
    labelNames: ['what'],
    times: () =>
      Object.entries(times).map(([what, each]) => ({
        labels: { what },
        newestMs: Float64Array.from(each).sort(),
        totalMs: each.reduce((sum, time) => sum + time, 0),
        count: each.length,
      })),
  });

test('of each label its own, in one family', async () => {
  const registry = new Registry();
  registry.registerMetric(summary({ a: [3, 1, 2], b: [10], c: [] }));
  const values = parseMetrics(await registry.metrics());
  expect(values.get('took_ms{what="a",quantile="0.5"}')).toBe(2);
  expect(values.get('took_ms{what="a",quantile="0.999"}')).toBe(3);
  expect(values.get('took_ms_sum{what="a"}')).toBe(6);
  expect(values.get('took_ms{what="b",quantile="0.5"}')).toBe(10);
  expect(values.get('took_ms_count{what="c"}')).toBe(0);
  expect([...values.keys()].filter((name) => name.includes('what="c"') && name.includes('quantile'))).toEqual([]);
});

test('asked anew at each scrape', async () => {
  const times: Record<string, number[]> = { a: [1] };
  const registry = new Registry();
  registry.registerMetric(summary(times));
  await registry.metrics();
  times['a'].push(9);
  expect(parseMetrics(await registry.metrics()).get('took_ms_count{what="a"}')).toBe(2);
});
