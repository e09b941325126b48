import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { checkMetricsOptions } from '#millrace/metrics/metrics-options.js';
import { openInMemory } from '../store/store-fixture.ts';

test('options default to a registry of their own and no prefix', async () => {
  const { store } = await openInMemory();
  const { registry, prefix } = checkMetricsOptions(store, {});
  expect([registry instanceof Registry, prefix]).toEqual([true, '']);
  expect(checkMetricsOptions(store, {}).registry).not.toBe(registry);
  // Another copy of prom-client has another class.
  const foreign = { registerMetric: () => undefined } as unknown as Registry;
  expect(checkMetricsOptions(store, { registry: foreign, prefix: 'app:orders_' })).toEqual({
    registry: foreign,
    prefix: 'app:orders_',
    groupSeriesMax: 10_000,
  });
  expect(checkMetricsOptions(store, { groupSeriesMax: 0 }).groupSeriesMax).toBe(0);
  for (const [options, sentence] of [
    [null, 'options must be an object, got null'],
    [{ prefix: '9' }, 'prefix must be the beginning of a metric name, got "9"'],
    [{ prefix: 'a b' }, 'prefix must be the beginning of a metric name, got "a b"'],
    [{ groupSeriesMax: -1 }, 'groupSeriesMax must be a whole number from 0 on, got -1'],
    [{ registry: {} }, 'registry must be a registry of prom-client, got an object of Object'],
    [{ register: registry }, 'options must be registry, prefix and groupSeriesMax, got "register"'],
  ] as const) {
    expect(() => checkMetricsOptions(store, options)).toThrow(sentence);
  }
  expect(() => checkMetricsOptions({}, {})).toThrow('store must be a store, got');
  await store.close();
});
