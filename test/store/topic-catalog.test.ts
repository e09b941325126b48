import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { makePartitionDirectory } from '#millrace/store/partition-directory.js';
import { readCatalog } from '#millrace/store/topic-catalog.js';
import { type TopicChange, writeTopicChange } from '#millrace/store/topic-change.js';
import { writeTopicsFile } from '#millrace/store/topics-file.js';
import { isUuid } from '#millrace/store/uuid.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, Messages, write } from './store-fixture.ts';

const A = 'Wm4_o_PXQfG7ebSjCMZozQ';
const B = '4j5tDeMVoaUHx0HaYpYUQA';
const orders = { name: 'orders', id: A, partitions: 2, config: { 'retention.ms': -1 } };

function inMemory(...partitions: [name: string, id: string][]): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  for (const [name, id] of partitions) {
    for (const file of makePartitionDirectory(system, `${DATA}/${name}`, id)) file.close();
  }
  return system;
}

function summary(system: MemoryFileSystem, messages = new Messages()): unknown[] {
  const { topics } = readCatalog(system, DATA, messages.logger);
  return Array.from(topics.values(), ({ entry, present }) => [
    entry.name,
    entry.id,
    entry.partitions,
    [...present].sort((a, b) => a - b),
  ]);
}

test('an empty directory has no topics', () => {
  expect(readCatalog(inMemory(), DATA)).toEqual({ topics: new Map(), stale: false });
});

test('topics of the file have its settings; those of directories alone have the id that is there', () => {
  const system = inMemory(['orders-0', A], ['orders-1', A], ['clicks-0', B], ['clicks-3', B]);
  writeTopicsFile(system, DATA, [orders]);
  const catalog = readCatalog(system, DATA);
  expect(catalog.topics.get('orders')?.entry).toEqual(orders);
  expect(catalog.topics.get('clicks')?.entry).toEqual({
    name: 'clicks',
    id: B,
    partitions: 4,
    config: { 'retention.ms': -1 },
  });
  expect([...catalog.topics.get('clicks')!.present]).toEqual([0, 3]);
  expect(catalog.stale).toBe(false);
});

test('files, and directories that are no partitions, do not count', () => {
  const system = inMemory(
    ['orders-0.0123456789abcdef0123456789abcdef-delete', A],
    ['orders-0.x-stray', A],
    ['__cluster_metadata-0', B],
  );
  write(system, `${DATA}/file-0`, 'x');
  expect(summary(system)).toEqual([]);
});

test('a topic whose directories are all gone is dropped and told of', () => {
  const system = inMemory(['clicks-0', B]);
  const messages = new Messages();
  writeTopicsFile(system, DATA, [orders]);
  expect(readCatalog(system, DATA, messages.logger).stale).toBe(true);
  expect(summary(system)).toEqual([['clicks', B, 1, [0]]]);
  expect(messages.warnings()).toEqual(['a topic has no directory any more and is dropped']);
});

test('a hole is told of; a partition that somebody added counts', () => {
  const system = inMemory(['orders-0', A], ['orders-3', A]);
  const messages = new Messages();
  writeTopicsFile(system, DATA, [orders]);
  expect(summary(system, messages)).toEqual([['orders', A, 4, [0, 3]]]);
  expect(messages.all.map(({ details }) => details.path)).toEqual([`${DATA}/orders-1`, `${DATA}/orders-2`]);
});

test('a directory without a readable id gets one, and the catalog is stale until it is written', () => {
  const system = inMemory(['orders-0', A]);
  const messages = new Messages();
  write(system, `${DATA}/orders-0/partition.metadata`, 'garbage');
  const { topics, stale } = readCatalog(system, DATA, messages.logger);
  expect(isUuid(topics.get('orders')!.entry.id)).toBe(true);
  expect(stale).toBe(true);
  expect(messages.warnings()).toEqual(['partition.metadata is not readable']);
});

test.each<[string, Partial<TopicChange>, unknown[]]>([
  ['a creation that is not committed', { topic: 'clicks', id: B, from: 0, to: 1 }, [['orders', A, 2, [0, 1]]]],
  [
    'an extension that is not committed',
    { topic: 'orders', id: A, from: 2, to: 4 },
    [
      ['orders', A, 2, [0, 1]],
      ['clicks', B, 1, [0]],
    ],
  ],
  [
    'one that is committed',
    { topic: 'orders', id: A, from: 0, to: 2 },
    [
      ['orders', A, 2, [0, 1]],
      ['clicks', B, 1, [0]],
    ],
  ],
  ['a deletion', { kind: 'delete', topic: 'orders', id: A, from: 0, to: 2 }, [['clicks', B, 1, [0]]]],
  [
    'a deletion of another topic of that name',
    { kind: 'delete', topic: 'orders', id: B, from: 0, to: 2 },
    [
      ['orders', A, 2, [0, 1]],
      ['clicks', B, 1, [0]],
    ],
  ],
])('%s', async (_what, change, expected) => {
  const isExtension = change.to === 4;
  const system = inMemory(
    ['orders-0', A],
    ['orders-1', A],
    ['clicks-0', B],
    ...(isExtension ? [['orders-2', A] as [string, string]] : []),
  );
  writeTopicsFile(system, DATA, [orders]);
  await writeTopicChange(
    { system, directory: DATA, flushThread: system.flushThread(DATA) },
    { kind: 'add', topic: 'x', id: A, from: 0, to: 1, ...change },
  );
  expect(summary(system)).toEqual(expected);
});

test('the directory of a broker', () => {
  const { topics, stale } = readCatalog(new DiskFileSystem(), 'test/fixture/kafka-4.2/clean/log-dir');
  expect(topics.get('codecs')?.entry.partitions).toBe(5);
  expect(topics.has('__transaction_state')).toBe(true);
  expect(stale).toBe(false);
});
