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

test('what would be refused is told without doing it', async () => {
  const { store } = await openInMemory(undefined, { defaults: { 'min.compaction.lag.ms': 9 } });
  await store.createTopic('orders');
  const refused = (code: string) => expect.objectContaining({ code: `ERR_MILLRACE_${code}` });
  expect(() => store.checkNewTopic('orders')).toThrow(refused('TOPIC_EXISTS'));
  expect(() => store.checkNewTopic('a b')).toThrow(refused('INVALID_TOPIC'));
  expect(() => store.checkNewTopic('t', { partitions: 0 })).toThrow(refused('INVALID_ARGUMENT'));
  const contradiction = { 'max.compaction.lag.ms': 8 };
  expect(() => store.checkNewTopic('t', { config: contradiction })).toThrow(refused('INVALID_ARGUMENT'));
  expect(() => store.checkTopicChange('orders', contradiction)).toThrow(refused('INVALID_ARGUMENT'));
  expect(() => store.checkTopicChange('t', {})).toThrow(refused('UNKNOWN_TOPIC'));
  store.checkNewTopic('t', { partitions: 2 });
  store.checkTopicChange('orders', { 'retention.ms': 5 });
  expect(store.topics()).toMatchObject([{ name: 'orders', config: {} }]);
  await store.close();
});

test('the size of a partition is that of its batches, whether its log is open or not', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { config: { 'segment.bytes': 4096 } });
  const log = store.partition('orders', 0);
  for (let i = 0; i < 5; i++) log.append([{ value: 'x'.repeat(2000) }]);
  expect(log.segmentCount).toBeGreaterThan(1);
  expect(store.partitionSize('orders', 0)).toBe(log.size);
  await store.close();
  const again = (await openInMemory(system)).store;
  expect(again.partitionSize('orders', 0)).toBe(log.size);
  expect(again.openPartitions()).toEqual([]);
  expect(() => again.partitionSize('orders', 1)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' }),
  );
  await again.close();
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
    () => store.partitionSize('orders', 0),
    () => store.checkNewTopic('others'),
    () => store.checkTopicChange('orders', {}),
  ]) {
    expect(ask).toThrow(closed);
  }
  await expect(store.createTopic('others')).rejects.toEqual(closed);
  await expect(store.deleteTopic('orders')).rejects.toEqual(closed);
});
