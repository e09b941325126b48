import { expect, test } from 'vitest';
import { FlushSummary } from '#millrace/metrics/flush-summary.js';
import type { Store } from '#millrace/main.js';

/** A store as far as the summary looks at it. */
function storeWith(times: number[], rounds: number): Store {
  const recentFlushesMs = Float64Array.from(times).sort();
  const totalMs = times.reduce((sum, time) => sum + time, 0);
  return { statistics: { flush: { rounds, totalMs }, recentFlushesMs } } as unknown as Store;
}

test('quantiles are values that were measured; sum and count are of all rounds', async () => {
  const times = Array.from({ length: 200 }, (_, i) => 200 - i);
  const { type, name, values } = await new FlushSummary(storeWith(times, 5000), 'flush_ms').get();
  expect([type, name]).toEqual(['summary', 'flush_ms']);
  expect(values.map(({ metricName, labels, value }) => [metricName ?? labels['quantile'], value])).toEqual([
    [0.5, 100],
    [0.75, 150],
    [0.95, 190],
    [0.98, 196],
    [0.99, 198],
    [0.999, 200],
    ['flush_ms_sum', 20_100],
    ['flush_ms_count', 5000],
  ]);
});

test('one round is every quantile, and none has no quantile', async () => {
  const one = await new FlushSummary(storeWith([7], 1), 'flush_ms').get();
  expect(new Set(one.values.slice(0, 7).map(({ value }) => value))).toEqual(new Set([7]));
  const none = await new FlushSummary(storeWith([], 0), 'flush_ms').get();
  expect(none.values.map(({ metricName, value }) => [metricName, value])).toEqual([
    ['flush_ms_sum', 0],
    ['flush_ms_count', 0],
  ]);
});
