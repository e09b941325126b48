import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DATA, Messages, namesIn, open, openInMemory, read, valuesOf, write } from './store-fixture.ts';

const code = (name: string): unknown => expect.objectContaining({ code: `ERR_MILLRACE_${name}` });

test('topics, records and settings are there again after a stop', async () => {
  const directory = join(temporaryDirectory(), 'new', 'data');
  let store = await open(directory);
  const made = await store.createTopic('orders', {
    partitions: 3,
    config: { 'segment.bytes': '4096', 'retention.ms': null },
  });
  expect(made).toEqual({ name: 'orders', id: expect.any(String), partitions: 3, config: { 'segment.bytes': 4096 } });
  for (let i = 0; i < 300; i++) store.partition('orders', i % 3).append([{ value: `v${i}` }]);
  const ids = [store.clusterId, store.directoryId, store.nodeId];
  await store.close();
  expect(readdirSync(directory).sort()).toEqual([
    '.kafka_cleanshutdown',
    '.lock',
    'meta.properties',
    'millrace-topics.json',
    'orders-0',
    'orders-1',
    'orders-2',
    'recovery-point-offset-checkpoint',
  ]);
  store = await open(directory);
  expect(existsSync(join(directory, '.kafka_cleanshutdown'))).toBe(false);
  expect(store.recovery.clean).toBe(true);
  expect(store.topics()).toEqual([made]);
  expect([store.clusterId, store.directoryId, store.nodeId]).toEqual(ids);
  expect(valuesOf(store.partition('orders', 1))).toEqual(Array.from({ length: 100 }, (_, i) => `v${i * 3 + 1}`));
  expect(store.partition('orders', 1)).toBe(store.partition('orders', 1));
});

test('a store can be had by `await using`: it is closed at the end of the block', async () => {
  const { store, system } = await openInMemory();
  await store[Symbol.asyncDispose]();
  expect(store.isClosed).toBe(true);
  expect(namesIn(system)).toContain('.kafka_cleanshutdown');
});

test('a closed store says so, and closing twice is one close', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  await Promise.all([store.close(), store.close()]);
  await store.close();
  for (const call of [
    () => store.topics(),
    () => store.topic('orders'),
    () => store.topicConfig('orders'),
    () => store.partition('orders', 0),
  ]) {
    expect(call).toThrow(code('CLOSED'));
  }
  for (const call of [
    store.createTopic('x'),
    store.deleteTopic('orders'),
    store.addPartitions('orders', 2),
    store.alterTopic('orders', {}),
    store.checkpoint(),
  ]) {
    await expect(call).rejects.toThrow(code('CLOSED'));
  }
  expect(() => log.append([{ value: 'late' }])).toThrow(code('CLOSED'));
});

test('a topic that is not there is unknown, and a name that is none is refused', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  expect(() => store.partition('clicks', 0)).toThrow(code('UNKNOWN_TOPIC'));
  expect(() => store.partition('orders', 1)).toThrow(code('UNKNOWN_TOPIC'));
  expect(() => store.topic('a/b')).toThrow(code('INVALID_TOPIC'));
  expect(() => store.partition(undefined as unknown as string, 0)).toThrow(code('INVALID_TOPIC'));
  await expect(store.deleteTopic('clicks')).rejects.toThrow(code('UNKNOWN_TOPIC'));
  await expect(store.alterTopic('clicks', {})).rejects.toThrow(code('UNKNOWN_TOPIC'));
  await expect(store.addPartitions('clicks', 2)).rejects.toThrow(code('UNKNOWN_TOPIC'));
  await store.close();
});

test('all settings of a topic: its own, the store’s, Kafka’s', async () => {
  const { store } = await openInMemory(undefined, { defaults: { 'segment.ms': 5, 'flush.ms': '6' } });
  await store.createTopic('orders', { config: { 'segment.ms': 7 } });
  expect(store.topicConfig('orders')).toMatchObject({ 'segment.ms': 7, 'flush.ms': 6, 'cleanup.policy': 'delete' });
  expect(store.partition('orders', 0).settings).toMatchObject({ segmentMs: 7, flushMs: 6 });
  await store.close();
});

test('statistics count', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 3 });
  await store.partition('orders', 2).append([{ value: 'x' }]).durable;
  const { flush, recentFlushesMs, windows: _windows, transactions: _transactions, ...counts } = store.statistics;
  const retention = { checks: 0, segments: 0, bytes: 0 };
  expect(counts).toEqual({ topics: 1, partitions: 3, openPartitions: 1, unavailablePartitions: 0, retention });
  expect(flush.rounds).toBe(1);
  expect([...recentFlushesMs]).toEqual([flush.lastMs]);
  const log = store.partition('orders', 2);
  expect(store.openPartitions()).toEqual([{ topic: 'orders', partition: 2, log }]);
  await store.close();
  expect(() => store.openPartitions()).toThrow('is closed');
});

test('a directory without checkpoints, ids or topics’ file, as another program may leave it, is completed', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  store.partition('orders', 1).append([{ value: 'kept' }]);
  const { id } = store.topic('orders');
  await store.close();
  for (const name of namesIn(system)) if (!name.startsWith('orders-')) system.remove(`${DATA}/${name}`);
  system.remove(`${DATA}/orders-0/partition.metadata`);

  const again = (await openInMemory(system)).store;
  expect(again.topic('orders')).toEqual({ name: 'orders', id, partitions: 2, config: { 'retention.ms': -1 } });
  expect(again.recovery).toMatchObject({ clean: false, partitions: 2, damage: [] });
  expect(valuesOf(again.partition('orders', 1))).toEqual(['kept']);
  again.partition('orders', 0);
  expect(read(system, `${DATA}/orders-0/partition.metadata`)).toBe(`version: 0\ntopic_id: ${id}`);
  await again.close();
});

test('an id that is made up for a topic stays', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  await store.close();
  system.remove(`${DATA}/millrace-topics.json`);
  system.remove(`${DATA}/orders-0/partition.metadata`);
  const first = (await openInMemory(system)).store;
  const { id } = first.topic('orders');
  await first.close();
  const second = (await openInMemory(system)).store;
  expect(second.topic('orders').id).toBe(id);
  await second.close();
});

test('a topics’ file that is not readable is refused, and neither the lock nor the marker suffer', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  await store.close();
  const good = read(system, `${DATA}/millrace-topics.json`);
  write(system, `${DATA}/millrace-topics.json`, good.slice(0, 20));
  for (let i = 0; i < 2; i++) await expect(openInMemory(system)).rejects.toThrow(code('CORRUPT'));
  write(system, `${DATA}/millrace-topics.json`, good);
  const again = (await openInMemory(system)).store;
  expect(again.recovery.clean).toBe(true);
  await again.close();
});

test('what is not ours is left alone', async () => {
  const directory = temporaryDirectory();
  const others = ['bootstrap.checkpoint', 'replication-offset-checkpoint', 'cleaner-offset-checkpoint', 'notes.txt'];
  for (const name of others) writeFileSync(join(directory, name), name);
  const store = await open(directory);
  await store.createTopic('orders');
  await store.close();
  for (const name of others) expect(readFileSync(join(directory, name), 'utf8')).toBe(name);
});

test('a path that is a file, or lies below one, is refused with the path', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, 'x');
  await expect(openStore(file)).rejects.toThrow(code('IO'));
  await expect(openStore(join(file, 'below'))).rejects.toThrow(code('IO'));
  expect(readFileSync(file, 'utf8')).toBe('x');
});

test('140 partitions, which is more than are made or closed in one group', { timeout: 60_000 }, async () => {
  const directory = temporaryDirectory();
  let store = await open(directory);
  await store.createTopic('many', { partitions: 140 });
  for (let i = 0; i < 140; i++) store.partition('many', i).append([{ value: `v${i}` }]);
  await store.close();
  store = await open(directory);
  expect(store.recovery.clean).toBe(true);
  for (let i = 0; i < 140; i++) expect(valuesOf(store.partition('many', i))).toEqual([`v${i}`]);
});

test('names that Kafka’s metrics cannot tell apart, and settings that are only stored, are told of', async () => {
  const messages = new Messages();
  const { store } = await openInMemory(undefined, { logger: messages.logger });
  await store.createTopic('a.b', { config: { 'cleanup.policy': 'compact' } });
  await store.createTopic('a_b');
  expect(messages.all.map(({ message }) => message)).toEqual([
    'settings that are stored and not acted on by this version',
    'two topics that Kafka cannot tell apart in its metrics',
  ]);
  await store.close();
});
