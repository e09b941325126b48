import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { createMetaProperties, readMetaProperties } from '#millrace/store/meta-properties.js';
import { isUuid } from '#millrace/store/uuid.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, write } from './store-fixture.ts';

function inMemory(text?: string): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  if (text !== undefined) write(system, `${DATA}/meta.properties`, text);
  return system;
}

test('the file that Kafka wrote is read', () => {
  const meta = readMetaProperties(new DiskFileSystem(), 'test/fixture/kafka-4.2/clean/log-dir')!;
  expect(meta).toMatchObject({ clusterId: 'bWlsbHJhY2UtZml4dHVyZQ', nodeId: 1 });
  expect(isUuid(meta.directoryId)).toBe(true);
});

test('a new directory gets ids that are read again', () => {
  const system = inMemory();
  expect(readMetaProperties(system, DATA)).toBeNull();
  const made = createMetaProperties(system, DATA);
  expect(readMetaProperties(system, DATA)).toEqual(made);
  expect([isUuid(made.clusterId), isUuid(made.directoryId), made.nodeId]).toEqual([true, true, 0]);
});

test.each([
  ['version=0\nbroker.id=7\ncluster.id=abc\n', { clusterId: 'abc', nodeId: 7, directoryId: null }],
  ['# node.id=9\r\n  cluster.id : abc \r\n! x=y\r\n', { clusterId: 'abc', nodeId: null, directoryId: null }],
  ['node.id=seven\n', { clusterId: null, nodeId: null, directoryId: null }],
  ['', { clusterId: null, nodeId: null, directoryId: null }],
  ['\0\u0001garbage', { clusterId: null, nodeId: null, directoryId: null }],
])('%j says what it says', (text, expected) => {
  expect(readMetaProperties(inMemory(text), DATA)).toEqual(expected);
});
