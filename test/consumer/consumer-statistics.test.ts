import { expect, test } from 'vitest';
import { ConsumerCounters } from '#millrace/consumer/consumer-statistics.js';
import { openRig, ORDERS, take } from './consumer-fixture.ts';

test('a snapshot does not go on counting', () => {
  const counters = new ConsumerCounters();
  const topic = counters.topic('orders');
  expect(counters.topic('orders')).toBe(topic);
  topic.batches = 1;
  topic.records = 2;
  topic.bytes = 3;
  const snapshot = counters.snapshot([]);
  topic.records++;
  expect(snapshot).toEqual({ topics: [{ topic: 'orders', batches: 1, records: 2, bytes: 3 }], partitions: [] });
});

test('what was handed out counts, and counts again when it is handed out again', async () => {
  const { append, consumer: open, store } = await openRig(2);
  append(['a', 'b', 'c']);
  append(['d'], 1);
  const consumer = open({ autoOffsetReset: 'earliest', clientId: 'billing' });
  expect(consumer.clientId).toBe('billing');
  expect(consumer.statistics).toEqual({ topics: [], partitions: [] });
  consumer.assign(['orders']);
  const bytes = store.partition('orders', 0).size + store.partition('orders', 1).size;
  await take(consumer, 4);
  expect(consumer.statistics.topics).toEqual([{ topic: 'orders', batches: 2, records: 4, bytes }]);
  consumer.seek(ORDERS, 2);
  await take(consumer, 1);
  expect(consumer.statistics.topics).toMatchObject([{ batches: 3, records: 5 }]);
  consumer.unassign();
  expect(consumer.statistics).toMatchObject({ topics: [{ topic: 'orders', records: 5 }], partitions: [] });
});

test('handlers: a record that fails is counted again when its batch is handed out from there', async () => {
  const { append, consumer: open } = await openRig();
  append(['a', 'b', 'c', 'd']);
  const consumer = open({ autoOffsetReset: 'earliest' });
  consumer.assign(['orders']);
  const failing = consumer.each(({ offset }) => {
    if (offset === 1) throw new Error('by the test');
  });
  await expect(failing).rejects.toThrow('by the test');
  await consumer.each(() => undefined, { untilEnd: true });
  expect(consumer.statistics.topics).toMatchObject([{ batches: 2, records: 7 }]);
});

test('partitions: where they stand, and null where that is not known', async () => {
  const { append, consumer: open, store } = await openRig(2);
  append(['a', 'b', 'c']);
  store.partition('orders', 0).deleteRecords(1);
  const consumer = open({ autoOffsetReset: 'none' });
  consumer.assign([
    { ...ORDERS, offset: 2 },
    { topic: 'orders', partition: 1 },
  ]);
  consumer.pause([ORDERS]);
  expect(consumer.statistics.partitions).toEqual([
    { topic: 'orders', partition: 0, position: 2, lag: 1, lead: 1, isPaused: true },
    { topic: 'orders', partition: 1, position: null, lag: null, lead: null, isPaused: false },
  ]);
  // Retention has passed it by.
  store.partition('orders', 0).deleteRecords(3);
  expect(consumer.statistics.partitions[0]).toMatchObject({ lag: 1, lead: 0 });
  await store.deleteTopic('orders');
  expect(consumer.statistics.partitions[0]).toMatchObject({ position: 2, lag: null, lead: null });
});
