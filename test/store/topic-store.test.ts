import { expect, test } from 'vitest';
import { openInMemory } from './store-fixture.ts';

test('a partition is opened when it is asked for, and is the same log each time', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  expect(store.openPartitions()).toEqual([]);
  const log = store.partition('orders', 1);
  expect(store.partition('orders', 1)).toBe(log);
  expect(store.openPartitions()).toEqual([{ topic: 'orders', partition: 1, log }]);
  await store.close();
});

test('topics are made, changed, extended, told and deleted', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { config: { 'segment.bytes': 4096 } });
  await store.alterTopic('orders', { 'retention.ms': 1000, 'segment.bytes': null });
  expect((await store.addPartitions('orders', 3)).partitions).toBe(3);
  expect(store.topic('orders').config).toEqual({ 'retention.ms': 1000 });
  expect(store.topicConfig('orders')).toMatchObject({ 'retention.ms': 1000, 'segment.bytes': 1024 ** 3 });
  await store.deleteTopic('orders');
  expect(store.topics()).toEqual([]);
  expect(() => store.topic('orders')).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' }));
  await store.close();
});

test('a closed store has no topics to give', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  await store.close();
  const closed = expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED' });
  for (const ask of [
    () => store.topics(),
    () => store.topic('orders'),
    () => store.topicConfig('orders'),
    () => store.partition('orders', 0),
    () => store.openPartitions(),
  ]) {
    expect(ask).toThrow(closed);
  }
  await expect(store.createTopic('others')).rejects.toEqual(closed);
  await expect(store.deleteTopic('orders')).rejects.toEqual(closed);
});
