import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { addStoreMetrics } from '#millrace/metrics/store-metrics.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { parseMetrics } from './scrape.ts';

test('who only reads has what reading has', async () => {
  const directory = temporaryDirectory();
  await using store = await openStore(directory);
  await using reader = await openStore(directory, { readOnly: true });
  const [writing, reading] = [new Registry(), new Registry()];
  addStoreMetrics(store, { registry: writing, prefix: '', groupSeriesMax: 0 });
  addStoreMetrics(reader, { registry: reading, prefix: 'reader_', groupSeriesMax: 0 });
  const namesOf = async (registry: Registry): Promise<string[]> =>
    (await registry.getMetricsAsJSON()).map(({ name }) => name);
  const [all, some] = [await namesOf(writing), await namesOf(reading)];
  expect(some.length).toBeGreaterThan(10);
  expect(some.filter((name) => !all.includes(name.replace(/^reader_/, '')))).toEqual([]);
  expect(all).toContain('kafka_log_logflushstats_logflushrateandtimems');
  expect(some).not.toContain('reader_kafka_log_logflushstats_logflushrateandtimems');
  expect(parseMetrics(await writing.metrics()).get('kafka_server_replicamanager_partitioncount')).toBe(0);
});
