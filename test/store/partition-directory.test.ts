import { expect, test } from 'vitest';
import {
  isLeaving,
  leavingName,
  makePartitionDirectory,
  parsePartitionDirectory,
  partitionDirectoryName,
} from '#millrace/store/partition-directory.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, namesIn, read } from './store-fixture.ts';

test.each([
  ['orders-0', { topic: 'orders', partition: 0 }],
  ['a-b.c_d-12', { topic: 'a-b.c_d', partition: 12 }],
  ['--3', { topic: '-', partition: 3 }],
  [`${'x'.repeat(249)}-99999`, { topic: 'x'.repeat(249), partition: 99_999 }],
])('%s is a partition', (name, expected) => {
  expect(parsePartitionDirectory(name)).toEqual(expected);
  expect(partitionDirectoryName(expected.topic, expected.partition)).toBe(name);
});

test.each([
  'orders',
  'orders-',
  '-0',
  'orders-01',
  'orders--1x',
  'orders-100000',
  'orders-99999999999999999999',
  '..-0',
  'a b-0',
  '__cluster_metadata-0',
  'remote-log-index-cache',
  'orders-0.0123456789abcdef0123456789abcdef-delete',
  'orders-0.0123456789abcdef0123456789abcdef-stray',
])('%s is none', (name) => {
  expect(parsePartitionDirectory(name)).toBeNull();
});

test('a name to leave by is Kafka’s, is never the same twice, and fits into a file name', () => {
  const name = leavingName('orders', 7);
  expect(name).toMatch(/^orders-7\.[0-9a-f]{32}-delete$/);
  expect(leavingName('orders', 7)).not.toBe(name);
  expect(isLeaving(name)).toBe(true);
  const long = leavingName('x'.repeat(249), 99_999);
  expect(long).toHaveLength(255);
  expect(isLeaving(long)).toBe(true);
  for (const other of ['orders-0', 'x.0123456789abcdef0123456789abcdef-delete-0', name.replace('delete', 'stray')]) {
    expect(isLeaving(other), other).toBe(false);
  }
});

test('a new partition has an id, an empty segment, and its first epoch', () => {
  const system = new MemoryFileSystem();
  const directory = `${DATA}/orders-0`;
  for (const file of makePartitionDirectory(system, directory, 'Wm4_o_PXQfG7ebSjCMZozQ')) file.close();
  expect(namesIn(system, directory)).toEqual([
    '00000000000000000000.log',
    'leader-epoch-checkpoint',
    'partition.metadata',
  ]);
  expect(read(system, `${directory}/partition.metadata`)).toBe('version: 0\ntopic_id: Wm4_o_PXQfG7ebSjCMZozQ');
  expect(read(system, `${directory}/leader-epoch-checkpoint`)).toBe('0\n1\n0 0\n');
  expect(system.openFiles).toBe(0);
});

test('no descriptor is left when the disk is full', () => {
  const system = new MemoryFileSystem({ capacity: 0 });
  expect(() => makePartitionDirectory(system, `${DATA}/orders-0`, 'Wm4_o_PXQfG7ebSjCMZozQ')).toThrow('ENOSPC');
  expect(system.openFiles).toBe(0);
});
