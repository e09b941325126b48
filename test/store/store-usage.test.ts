import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { openStore } from '#millrace/main.js';
import { type PartitionUsage, storeUsage } from '#millrace/store/store-usage.js';
import { FIXTURE } from '../compat/expected-log.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();

function usage(directory: string): PartitionUsage[] {
  return [...storeUsage(system, directory)];
}

test('beside the writer: what was appended, and when', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const store = await openStore(directory);
  await store.createTopic('b', { partitions: 2 });
  await store.createTopic('a');
  const log = store.partition('b', 1);
  log.append([
    { value: 'x'.repeat(100), timestamp: 2000 },
    { value: 'y', timestamp: 1000 },
    { value: 'z', timestamp: 3000 },
  ]);
  const all = usage(directory);
  expect(all.map(({ topic, partition, records }) => `${topic}-${partition} ${records}`)).toEqual([
    'a-0 0',
    'b-0 0',
    'b-1 3',
  ]);
  expect(all[2]).toMatchObject({
    bytes: log.size,
    segments: 1,
    startOffset: 0,
    endOffset: 3,
    oldestTimestamp: 2000,
    newestTimestamp: 3000,
    error: null,
  });
  // Reserved ahead of the writer.
  expect(all[2].fileBytes).toBeGreaterThan(60_000);
  expect(all[0]).toMatchObject({ bytes: 0, oldestTimestamp: null, newestTimestamp: null });
  await store.close();
});

test('a directory of Kafka’s', async () => {
  const all = usage(join(FIXTURE, 'clean/log-dir'));
  expect(all).toHaveLength(11);
  expect(all.find(({ topic }) => topic === 'trimmed')).toMatchObject({
    records: 20,
    startOffset: 76,
    endOffset: 96,
    segments: 1,
  });
});

test('a log that cannot be read has the bytes of its files', async () => {
  const directory = join(temporaryDirectory(), 'data');
  cpSync(join(FIXTURE, 'clean/log-dir'), directory, { recursive: true });
  const log = join(directory, 'empty-0/00000000000000000000.log');
  rmSync(log);
  mkdirSync(log);
  writeFileSync(join(directory, 'empty-0/00000000000000000000.index'), 'x'.repeat(16));
  const found = usage(directory).find(({ topic }) => topic === 'empty')!;
  expect(found.error).toMatchObject({ code: 'ERR_MILLRACE_IO' });
  expect(found).toMatchObject({ bytes: 0, records: 0 });
  expect(found.fileBytes).toBeGreaterThan(16);
});
