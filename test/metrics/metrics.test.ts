import { readFileSync } from 'node:fs';
import { Counter, type OpenMetricsContentType, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createBrokerMetrics, createMetrics } from 'millrace/metrics';
import { rig } from '../broker/broker-fixture.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { openInMemory } from '../store/store-fixture.ts';
import { parseMetrics } from './scrape.ts';

const topicCounters = 'kafka_server_brokertopicmetrics';

test('values are those of the moment of the scrape', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 3 });
  const registry = createMetrics(store);
  const [first, second] = [store.partition('orders', 0), store.partition('orders', 1)];
  await first.append([{ value: 'a' }, { value: 'b' }]).durable;
  second.append([{ value: 'c' }]);
  const bytesOut = first.read(0).size;

  const values = parseMetrics(await registry.metrics());
  expect(Object.fromEntries(values)).toMatchObject({
    [`${topicCounters}_messagesin_total{topic="orders"}`]: 3,
    [`${topicCounters}_bytesin_total{topic="orders"}`]: first.size + second.size,
    [`${topicCounters}_bytesout_total{topic="orders"}`]: bytesOut,
    [`${topicCounters}_totalproducerequests_total{topic="orders"}`]: 2,
    [`${topicCounters}_totalfetchrequests_total{topic="orders"}`]: 1,
    'kafka_log_log_size{topic="orders",partition="0"}': first.size,
    'kafka_log_log_numlogsegments{topic="orders",partition="0"}': 1,
    'kafka_log_log_logstartoffset{topic="orders",partition="0"}': 0,
    'kafka_log_log_logendoffset{topic="orders",partition="0"}': 2,
    'kafka_log_log_logendoffset{topic="orders",partition="1"}': 1,
    'millrace_log_durableoffset{topic="orders",partition="0"}': 2,
    'millrace_log_durableoffset{topic="orders",partition="1"}': 0,
    kafka_server_replicamanager_partitioncount: 3,
    kafka_server_replicamanager_offlinereplicacount: 0,
    kafka_log_logmanager_offlinelogdirectorycount: 0,
    kafka_log_logflushstats_logflushrateandtimems_count: 1,
    millrace_store_openpartitions: 2,
    millrace_retention_checks_total: 0,
  });

  second.append([{ value: 'd' }, { value: 'e' }]);
  first.deleteRecords(1);
  const later = parseMetrics(await registry.metrics());
  expect(later.get(`${topicCounters}_messagesin_total{topic="orders"}`)).toBe(5);
  expect(later.get('kafka_log_log_logstartoffset{topic="orders",partition="0"}')).toBe(1);
  await store.close();
});

test('what retention removed is counted', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { config: { 'retention.bytes': 0 } });
  const log = store.partition('orders', 0);
  log.append([{ value: 'a' }]);
  const { size } = log;
  await store.retain();
  const values = parseMetrics(await createMetrics(store).metrics());
  expect(Object.fromEntries(values)).toMatchObject({
    millrace_retention_checks_total: 1,
    millrace_retention_segments_total: 1,
    millrace_retention_bytes_total: size,
    'kafka_log_log_logstartoffset{topic="orders",partition="0"}': 1,
  });
  await store.close();
});

test('a scrape opens no partition; a topic counts from 0 and goes with the topic', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  const registry = createMetrics(store);
  const name = `${topicCounters}_messagesin_total{topic="orders"}`;
  const before = parseMetrics(await registry.metrics());
  expect(before.get(name)).toBe(0);
  expect(before.get('millrace_store_openpartitions')).toBe(0);
  expect([...before.keys()].filter((key) => key.startsWith('kafka_log_log_'))).toEqual([]);
  expect(store.openPartitions()).toEqual([]);
  store.partition('orders', 1).append([{ value: 'a' }]);
  expect(parseMetrics(await registry.metrics()).get(name)).toBe(1);
  await store.deleteTopic('orders');
  const after = parseMetrics(await registry.metrics());
  expect([...after.keys()].filter((key) => key.includes('orders'))).toEqual([]);
  await store.close();
});

test('every line of a scrape parses, and every name has its help and type once', async () => {
  const { store } = await openInMemory();
  await store.createTopic('with.dots-and_1', { partitions: 1 });
  await store.partition('with.dots-and_1', 0).append([{ value: 'a' }]).durable;
  const text = await createMetrics(store).metrics();
  const values = parseMetrics(text);
  expect(values.size).toBeGreaterThan(20);
  for (const value of values.values()) expect(value).not.toBeNaN();
  const named = [...text.matchAll(/^# (HELP|TYPE) (\S+) (.+)$/gm)].map(([, kind, name]) => `${kind} ${name}`);
  expect(new Set(named).size).toBe(named.length);
  expect(text).toMatch(/^# TYPE kafka_server_brokertopicmetrics_messagesin_total counter$/m);
  expect(text).toMatch(/^# TYPE kafka_log_logflushstats_logflushrateandtimems summary$/m);
  await store.close();
});

test('the registry merges into an application’s, or is the application’s own', async () => {
  const { store } = await openInMemory();
  const own = new Registry();
  new Counter({ name: 'app_requests_total', help: 'Requests', registers: [own] }).inc(2);
  const merged = parseMetrics(await Registry.merge([own, createMetrics(store)]).metrics());
  expect([merged.get('app_requests_total'), merged.get('kafka_server_replicamanager_partitioncount')]).toEqual([2, 0]);

  expect(createMetrics(store, { registry: own, prefix: 'one_' })).toBe(own);
  expect(createMetrics(store, { registry: own, prefix: 'two_' })).toBe(own);
  const values = parseMetrics(await own.metrics());
  for (const name of ['one_kafka_server_replicamanager_partitioncount', 'two_millrace_windows_count'])
    expect(values.get(name)).toBe(0);
  expect(() => createMetrics(store, { registry: own, prefix: 'one_' })).toThrow('already been registered');
  await store.close();
});

test('OpenMetrics is spoken where the registry speaks it', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  const own = new Registry<OpenMetricsContentType>();
  own.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registry = createMetrics(store, { registry: own });
  const text = await registry.metrics();
  expect(text).toContain('# TYPE kafka_server_brokertopicmetrics_messagesin counter\n');
  expect(text).toContain('kafka_server_brokertopicmetrics_messagesin_total{topic="orders"} 0\n');
  expect(text.endsWith('# EOF\n')).toBe(true);
  await store.close();
});

test('a closed store can be scraped: counters stay, what is gone is not shown', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  const registry = createMetrics(store);
  store.partition('orders', 0).append([{ value: 'a' }]);
  await registry.metrics();
  await store.close();
  const values = parseMetrics(await registry.metrics());
  expect(values.get(`${topicCounters}_messagesin_total{topic="orders"}`)).toBe(1);
  expect([...values.keys()].filter((key) => key.startsWith('kafka_log_log_'))).toEqual([]);
  expect(parseMetrics(await createMetrics(store).metrics()).get('millrace_windows_count')).toBe(0);
});

test('an offline directory says so', async () => {
  const system = new MemoryFileSystem();
  const { store } = await openInMemory(system);
  await store.createTopic('orders', { partitions: 2 });
  const registry = createMetrics(store);
  system.fault = (operation) => (operation === 'fdatasync' || operation === 'syncfs' ? 'EIO' : null);
  await expect(store.partition('orders', 0).append([{ value: 'a' }]).durable).rejects.toThrow();
  const values = parseMetrics(await registry.metrics());
  expect(values.get('kafka_log_logmanager_offlinelogdirectorycount')).toBe(1);
  expect(values.get('kafka_server_replicamanager_offlinereplicacount')).toBe(2);
  await store.close().catch(() => undefined);
});

test('the page of metrics has all names, and no others', async () => {
  const { broker } = await rig();
  const text = await createBrokerMetrics(broker).metrics();
  const ofStore = await createMetrics(broker.store).metrics();
  expect(ofStore.match(/^# TYPE .*$/gm)!.filter((line) => !text.includes(`${line}\n`))).toEqual([]);
  const scraped = Array.from(text.matchAll(/^# TYPE (\S+) /gm), ([, name]) => name);
  const page = readFileSync(new URL('../../docs/api/metrics.md', import.meta.url), 'utf8');
  const rows = page.match(/^\| `(?:kafka|millrace)_.*$/gm)!.map((row) => row.split('|')[1]);
  const told = rows.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name]) => name));
  expect(told.sort()).toEqual(scraped.sort());
});
