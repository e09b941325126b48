import { expect, test } from 'vitest';
import { createMetrics } from 'millrace/metrics';
import { settled } from '../support/flush-thread.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { openInMemory } from '../store/store-fixture.ts';
import { parseMetrics } from './scrape.ts';

const producer = 'kafka_producer_producer_metrics';
const topic = 'kafka_producer_producer_topic_metrics';

test('what producers have sent, by client and by topic', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock });
  await store.createTopic('orders');
  await store.createTopic('clicks');
  const registry = createMetrics(store);
  const one = store.producer({ lingerMs: 5, clientId: 'billing' });
  const other = store.producer();
  const sends = [one.send('orders', [{ value: 'a' }, { value: 'b' }]), other.send('clicks', { value: 'c' })];
  clock.advance(5);
  await Promise.all(sends);
  await one.send('none', { value: 'd' }).catch(() => undefined);
  const orders = store.partition('orders', 0).size;
  const clicks = store.partition('clicks', 0).size;
  const billing = '{client_id="billing"}';
  expect(Object.fromEntries(parseMetrics(await registry.metrics()))).toMatchObject({
    [`${producer}_record_send_total${billing}`]: 2,
    [`${producer}_record_send_total{client_id="producer-2"}`]: 1,
    [`${producer}_record_error_total${billing}`]: 1,
    [`${producer}_record_retry_total${billing}`]: 0,
    [`${producer}_batch_size_avg${billing}`]: orders,
    [`${producer}_batch_size_max${billing}`]: orders,
    [`${producer}_record_queue_time_avg${billing}`]: 5,
    [`${producer}_record_queue_time_max${billing}`]: 5,
    [`${producer}_buffer_total_bytes${billing}`]: 33_554_432,
    [`${producer}_buffer_available_bytes${billing}`]: 33_554_432,
    [`${producer}_buffer_exhausted_total${billing}`]: 0,
    [`${producer}_bufferpool_wait_time_ns_total${billing}`]: 0,
    [`${producer}_waiting_threads${billing}`]: 0,
    [`${topic}_record_send_total{client_id="billing",topic="orders"}`]: 2,
    [`${topic}_byte_total{client_id="billing",topic="orders"}`]: orders,
    [`${topic}_byte_total{client_id="producer-2",topic="clicks"}`]: clicks,
    [`${topic}_record_error_total{client_id="billing",topic="orders"}`]: 0,
    [`${topic}_record_retry_total{client_id="billing",topic="orders"}`]: 0,
    'millrace_producer_acknowledgedrecords_total{client_id="billing"}': 2,
    'millrace_producer_batches_total{client_id="billing",reason="linger"}': 1,
    'millrace_producer_batches_total{client_id="billing",reason="size"}': 0,
  });
  await store.close();
});

test('back-pressure says so', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(new MemoryFileSystem({ flush: 'manual' }), { clock });
  const creating = settled(store.createTopic('orders'));
  while ((await creating.now()) === 'pending') system.runFlush();
  const registry = createMetrics(store);
  const slow = store.producer({ durability: 'flushed', maxUnacknowledgedBytes: 1000, clientId: 'slow' });
  const sends = [900, 900, 900].map((size) => settled(slow.send('orders', { value: Buffer.alloc(size) })));
  const value = async (name: string): Promise<number | undefined> =>
    parseMetrics(await registry.metrics()).get(`${producer}_${name}{client_id="slow"}`);
  expect(await value('waiting_threads')).toBe(2);
  expect(await value('buffer_available_bytes')).toBe(1000 - slow.statistics.unacknowledgedBytes);
  expect(slow.statistics.unacknowledgedBytes).toBeGreaterThanOrEqual(900);
  clock.advance(250);
  for (let i = 0; i < 20; i++) {
    system.runFlush();
    for (const send of sends) await send.now();
  }
  expect(sends.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'pending']);
  clock.advance(5);
  for (let i = 0; i < 20; i++) {
    system.runFlush();
    for (const send of sends) await send.now();
  }
  expect(sends.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
  expect(await value('waiting_threads')).toBe(0);
  expect(await value('bufferpool_wait_time_ns_total')).toBe(500e6);
  expect(await value('buffer_available_bytes')).toBe(1000);
  // One that is larger than all of it is taken alone.
  const large = settled(slow.send('orders', { value: Buffer.alloc(5000) }));
  expect(await value('buffer_available_bytes')).toBe(0);
  const closing = settled(store.close());
  while ((await closing.now()) === 'pending') system.runFlush();
  expect(await large.now()).toBe('resolved');
});

test('those of one name are one; what is closed is not shown', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  const registry = createMetrics(store);
  const names = async (): Promise<string[]> =>
    [...parseMetrics(await registry.metrics()).keys()].filter((name) => /producer.*client_id/.test(name));
  expect(await names()).toEqual([]);
  const [one, other] = [store.producer({ clientId: 'same' }), store.producer({ clientId: 'same' })];
  await Promise.all([one.send('orders', { value: 'a' }), one.flush()]);
  await Promise.all([other.send('orders', { value: 'b'.repeat(1000) }), other.flush()]);
  const values = parseMetrics(await registry.metrics());
  expect(values.get(`${producer}_record_send_total{client_id="same"}`)).toBe(2);
  expect(values.get(`${producer}_buffer_total_bytes{client_id="same"}`)).toBe(2 * 33_554_432);
  expect(values.get(`${producer}_batch_size_max{client_id="same"}`)).toBe(other.statistics.batchSize!.max);
  expect(values.get(`${producer}_batch_size_avg{client_id="same"}`)).toBe(other.statistics.batchSize!.max);
  await one.close();
  const left = parseMetrics(await registry.metrics());
  expect(left.get(`${producer}_record_send_total{client_id="same"}`)).toBe(1);
  await other.close();
  expect(await names()).toEqual([]);
  store.producer();
  expect(await names()).not.toEqual([]);
  await store.close();
  expect(await names()).toEqual([]);
});
