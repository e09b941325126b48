import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { createMetrics } from 'millrace/metrics';
import { take } from '../consumer/consumer-fixture.ts';
import { DATA, openInMemory } from '../store/store-fixture.ts';
import { parseMetrics } from './scrape.ts';

const fetches = 'kafka_consumer_consumer_fetch_manager_metrics';

test('what consumers were handed, and how far behind they are', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  const registry = createMetrics(store);
  const [first, second] = [store.partition('orders', 0), store.partition('orders', 1)];
  first.append([{ value: 'a' }, { value: 'b' }]);
  const consumer = store.consumer({ autoOffsetReset: 'earliest', clientId: 'billing' });
  consumer.assign(['orders']);
  await take(consumer, 2);
  const bytes = first.size;
  first.append([{ value: 'c' }]);
  second.append([{ value: 'd' }, { value: 'e' }, { value: 'f' }]);
  const of = (partition: number): string => `{client_id="billing",topic="orders",partition="${partition}"}`;
  expect(Object.fromEntries(parseMetrics(await registry.metrics()))).toMatchObject({
    [`${fetches}_records_consumed_total{client_id="billing",topic="orders"}`]: 2,
    [`${fetches}_bytes_consumed_total{client_id="billing",topic="orders"}`]: bytes,
    [`${fetches}_fetch_total{client_id="billing"}`]: 1,
    [`${fetches}_records_lag${of(0)}`]: 1,
    [`${fetches}_records_lag${of(1)}`]: 3,
    [`${fetches}_records_lag_max{client_id="billing"}`]: 3,
    [`${fetches}_records_lead${of(0)}`]: 2,
    [`${fetches}_records_lead${of(1)}`]: 0,
    [`${fetches}_records_lead_min{client_id="billing"}`]: 0,
    'kafka_consumer_consumer_coordinator_metrics_assigned_partitions{client_id="billing"}': 2,
  });
  await take(consumer, 4);
  consumer.unassign();
  const later = parseMetrics(await registry.metrics());
  expect(later.get(`${fetches}_records_consumed_total{client_id="billing",topic="orders"}`)).toBe(6);
  expect([...later.keys()].filter((name) => name.startsWith(fetches) && name.includes('_lag'))).toEqual([]);
  await consumer.close();
  expect([...parseMetrics(await registry.metrics()).keys()].filter((name) => name.includes('billing'))).toEqual([]);
  await store.close();
});

test('two of one name: what both were handed, and the lag of the one that is further behind', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  const registry = createMetrics(store);
  const [one, other] = [0, 2].map((offset) => {
    const consumer = store.consumer({ clientId: 'same' });
    consumer.assign([{ topic: 'orders', partition: 0, offset }]);
    return consumer;
  });
  const labels = '{client_id="same",topic="orders",partition="0"}';
  const values = parseMetrics(await registry.metrics());
  expect([values.get(`${fetches}_records_lag${labels}`), values.get(`${fetches}_records_lead${labels}`)]).toEqual([
    3, 0,
  ]);
  await take(one, 3);
  await take(other, 1);
  const later = parseMetrics(await registry.metrics());
  expect(later.get(`${fetches}_records_consumed_total{client_id="same",topic="orders"}`)).toBe(4);
  await store.close();
});

test('a topic that is gone, and a store that is closed, do not keep a scrape from what is there', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  await store.createTopic('clicks');
  const registry = createMetrics(store);
  const consumer = store.consumer({ clientId: 'billing' });
  consumer.assign(['orders', 'clicks']);
  await store.deleteTopic('orders');
  const lags = async (): Promise<string[]> =>
    [...parseMetrics(await registry.metrics()).keys()].filter((name) => name.startsWith(`${fetches}_records_lag{`));
  expect(await lags()).toEqual([`${fetches}_records_lag{client_id="billing",topic="clicks",partition="0"}`]);
  await store.close();
  expect(await lags()).toEqual([]);
});

test('the lag of a consumer beside the writer is that of the moment, though it reads nothing', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'a' }]);
  const reader = await openStore(DATA, { readOnly: true, fileSystem: system });
  const consumer = reader.consumer({ autoOffsetReset: 'earliest', clientId: 'billing' });
  consumer.assign(['orders']);
  const registry = createMetrics(reader);
  const lag = async (): Promise<number | undefined> =>
    parseMetrics(await registry.metrics()).get(`${fetches}_records_lag_max{client_id="billing"}`);
  expect(await lag()).toBe(1);
  store.partition('orders', 0).append([{ value: 'b' }, { value: 'c' }]);
  expect(await lag()).toBe(3);
  await reader.close();
  expect(await lag()).toBeUndefined();
  await store.close();
});
