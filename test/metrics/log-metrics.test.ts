import { expect, test, vi } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { openStore } from '#millrace/main.js';
import { createMetrics } from 'millrace/metrics';
import { DATA, openInMemory } from '../store/store-fixture.ts';
import { parseMetrics } from './scrape.ts';

test('of a store that only reads: the partitions that were asked for, as they are now', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 2, config: { 'segment.bytes': 1024 } });
  await store.createTopic('clicks');
  const log = store.partition('orders', 0);
  log.append([{ value: 'a' }]);
  const reader = await openStore(DATA, { readOnly: true, fileSystem: system });
  const registry = createMetrics(reader);
  const scrape = async (): Promise<Map<string, number>> => parseMetrics(await registry.metrics());
  expect(Object.fromEntries(await scrape())).toEqual({
    millrace_store_openpartitions: 0,
    millrace_windows_count: 0,
    millrace_windows_bytes: 0,
  });
  const bytesOut = reader.partition('orders', 0).read(0).size;
  reader.partition('clicks', 0);
  for (let i = 0; i < 5; i++) log.append([{ value: Buffer.alloc(500) }]);
  log.deleteRecords(2);
  await log.removed();
  const values = await scrape();
  expect(Object.fromEntries(values)).toMatchObject({
    'kafka_log_log_logendoffset{topic="orders",partition="0"}': 6,
    'kafka_log_log_size{topic="orders",partition="0"}': log.size,
    'kafka_log_log_numlogsegments{topic="orders",partition="0"}': log.segmentCount,
    'kafka_log_log_logendoffset{topic="clicks",partition="0"}': 0,
    'kafka_server_brokertopicmetrics_bytesout_total{topic="orders"}': bytesOut,
    'kafka_server_brokertopicmetrics_totalfetchrequests_total{topic="orders"}': 1,
    'kafka_server_brokertopicmetrics_bytesout_total{topic="clicks"}': 0,
    millrace_store_openpartitions: 2,
  });
  expect(log.segmentCount).toBeGreaterThan(1);
  // What is the writer's to tell is not told here.
  const names = [...values.keys()].join('\n');
  expect(names).not.toMatch(/messagesin|flush|durable|partitioncount|offline|producer|partition="1"/);
  await store.deleteTopic('clicks');
  expect([...(await scrape()).keys()].filter((name) => name.includes('clicks'))).toEqual([]);
  expect(reader.openPartitions()).toMatchObject([{ topic: 'orders', partition: 0 }]);
  await reader.close();
  const closed = await scrape();
  expect([...closed.keys()].filter((name) => name.startsWith('kafka_log_log_'))).toEqual([]);
  expect(closed.get('kafka_server_brokertopicmetrics_totalfetchrequests_total{topic="orders"}')).toBe(1);
  await store.close();
});

test('what cannot be looked at is shown as it was last seen', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  const reader = await openStore(DATA, { readOnly: true, fileSystem: system });
  const log = reader.partition('orders', 0);
  const registry = createMetrics(reader);
  store.partition('orders', 0).append([{ value: 'a' }]);
  const end = async (): Promise<number | undefined> =>
    parseMetrics(await registry.metrics()).get('kafka_log_log_logendoffset{topic="orders",partition="0"}');
  expect(await end()).toBe(1);
  store.partition('orders', 0).append([{ value: 'b' }]);
  const look = vi.spyOn(log, 'refresh').mockImplementation(() => {
    throw new MillraceError('ERR_MILLRACE_IO', 'by the test');
  });
  expect(await end()).toBe(1);
  // Once for all metrics.
  expect(look).toHaveBeenCalledTimes(1);
  look.mockRestore();
  expect(await end()).toBe(2);
  expect(log.endOffset).toBe(2);
  await reader.close();
  await store.close();
});
