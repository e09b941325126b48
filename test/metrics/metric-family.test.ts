import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { type MetricFamily, oncePerScrape, registerFamily } from '#millrace/metrics/metric-family.js';
import { parseMetrics } from './scrape.ts';

const labelNames = ['client_id'];

async function scrape(families: readonly MetricFamily[], prefix = ''): Promise<[string, number][]> {
  const registry = new Registry();
  for (const family of families) registerFamily({ registry, prefix }, family);
  return [...parseMetrics(await registry.metrics())];
}

test('samples of the same labels are one: the sum, or what is asked for', async () => {
  const samples = () => [
    { labels: { client_id: 'a' }, value: 3 },
    { labels: { client_id: 'a "quoted" name' }, value: 7 },
    { labels: { client_id: 'a' }, value: 4 },
  ];
  const common = { help: 'Help', labelNames, samples };
  const families: MetricFamily[] = [
    { ...common, type: 'counter', name: 'all_total' },
    { ...common, type: 'gauge', name: 'all' },
    { ...common, type: 'gauge', name: 'least', merge: Math.min },
  ];
  expect(await scrape(families, 'app_')).toEqual([
    ['app_all_total{client_id="a"}', 7],
    ['app_all_total{client_id="a \\"quoted\\" name"}', 7],
    ['app_all{client_id="a"}', 7],
    ['app_all{client_id="a \\"quoted\\" name"}', 7],
    ['app_least{client_id="a"}', 3],
    ['app_least{client_id="a \\"quoted\\" name"}', 7],
  ]);
});

test('what has no sample any more is not shown, and null keeps what was there', async () => {
  const registry = new Registry();
  let value: number | null | undefined = 1;
  registerFamily(
    { registry, prefix: '' },
    {
      type: 'counter',
      name: 'one_total',
      help: 'Help',
      labelNames,
      samples: () => {
        if (value === undefined) return [];
        return value === null ? null : [{ labels: { client_id: 'a' }, value }];
      },
    },
  );
  const values = async (): Promise<number[]> => [...parseMetrics(await registry.metrics()).values()];
  expect(await values()).toEqual([1]);
  value = 5;
  expect(await values()).toEqual([5]);
  value = null;
  expect(await values()).toEqual([5]);
  value = undefined;
  expect(await values()).toEqual([]);
});

test('what metrics share is asked for once a scrape, also by an application that waits in one of its own', async () => {
  let calls = 0;
  const count = oncePerScrape(() => ++calls);
  const families = ['one', 'two'].map((name): MetricFamily => {
    const samples = () => [{ labels: { client_id: 'a' }, value: count() }];
    return { type: 'gauge', name, help: 'Help', labelNames, samples };
  });
  expect((await scrape(families)).map(([, value]) => value)).toEqual([1, 1]);
  expect((await scrape(families)).map(([, value]) => value)).toEqual([2, 2]);
});
