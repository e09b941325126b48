import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import {
  encodePartitionMetadata,
  readPartitionMetadata,
  writePartitionMetadata,
} from '#millrace/store/partition-metadata.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, write } from './store-fixture.ts';

const ID = 'Wm4_o_PXQfG7ebSjCMZozQ';
const KAFKAS = 'test/fixture/kafka-4.2/clean/log-dir/codecs-0';

test('the file that Kafka wrote is read, and ours is the same byte for byte', () => {
  const id = readPartitionMetadata(new DiskFileSystem(), KAFKAS)!;
  expect(id).toHaveLength(22);
  expect(encodePartitionMetadata(id)).toBe(readFileSync(`${KAFKAS}/partition.metadata`, 'utf8'));
});

test('what was written is read; no file is null', () => {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  expect(readPartitionMetadata(system, DATA)).toBeNull();
  writePartitionMetadata(system, DATA, ID);
  expect(readPartitionMetadata(system, DATA)).toBe(ID);
});

test.each([
  '',
  '\0\0\0\0',
  'version: 0',
  `version: 1\ntopic_id: ${ID}`,
  `version: 0\ntopic_id: ${ID}x`,
  `topic_id: ${ID}\nversion: 0`,
  `version: 0\ntopic_id: ${ID}\nmore: 1`,
])('%j is corrupt, and the error says where', (text) => {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  write(system, `${DATA}/partition.metadata`, text);
  expect(() => readPartitionMetadata(system, DATA)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path: `${DATA}/partition.metadata` }),
  );
});
