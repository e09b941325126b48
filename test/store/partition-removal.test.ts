import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { REMOVED_ASIDE_BYTES_MIN } from '#millrace/limits.js';
import { makePartitionDirectory } from '#millrace/store/partition-directory.js';
import { removeLeaving, removeLeftovers, renameToLeave, settleChange } from '#millrace/store/partition-removal.js';
import { type TopicChange, writeTopicChange } from '#millrace/store/topic-change.js';
import { readTopicsFile, writeTopicsFile } from '#millrace/store/topics-file.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, namesIn, write } from './store-fixture.ts';

const A = 'Wm4_o_PXQfG7ebSjCMZozQ';
const B = '4j5tDeMVoaUHx0HaYpYUQA';
const ADD: TopicChange = { kind: 'add', topic: 'orders', id: A, from: 0, to: 3 };

function inMemory(...partitions: [name: string, id: string][]): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  for (const [name, id] of partitions) {
    for (const file of makePartitionDirectory(system, `${DATA}/${name}`, id)) {
      file.sync();
      file.close();
    }
    system.syncDirectory(`${DATA}/${name}`);
  }
  system.syncDirectory(DATA);
  system.syncDirectory('/');
  return system;
}

/** Directories of partitions, those that leave without their ids. */
const partitionsIn = (system: MemoryFileSystem): string[] =>
  namesIn(system)
    .filter((name) => name.includes('-0') || name.includes('-1') || name.includes('-2'))
    .map((name) => name.replace(/\.[0-9a-f]{32}-delete/, ' leaving'));

test('renamed directories have left for good once their parent is synced, also after a power failure', () => {
  const system = inMemory(['orders-0', A], ['orders-1', A], ['clicks-0', B]);
  const leaving = renameToLeave(system, DATA, 'orders', [0, 1]);
  expect(leaving.map((path) => path.replace(/\.[0-9a-f]+-/, '.x-'))).toEqual([
    `${DATA}/orders-1.x-delete`,
    `${DATA}/orders-0.x-delete`,
  ]);
  system.syncDirectory(DATA);
  expect(partitionsIn(system.crash(new Random(1)))).toEqual(['clicks-0', 'orders-0 leaving', 'orders-1 leaving']);
});

test('a large file is removed on another thread, and its directory behind it', async () => {
  const system = inMemory(['orders-0', A], ['orders-1', A]);
  const large = `${DATA}/orders-1/00000000000000000000.log`;
  system.open(large, 'a+').truncate(REMOVED_ASIDE_BYTES_MIN);
  const release = system.holdRemovals();
  const leaving = renameToLeave(system, DATA, 'orders', [0, 1]);
  const removed = removeLeaving(system, leaving);
  for (let i = 0; i < 5; i++) await setImmediate();
  expect(leaving.map((path) => system.list(path).length > 0)).toEqual([true, true]);
  release();
  await removed;
  expect(partitionsIn(system)).toEqual([]);
});

test('what a deletion left is removed, with the files in it; what only looks like it stays', async () => {
  const system = inMemory(
    ['orders-0.0123456789abcdef0123456789abcdef-delete', A],
    ['orders-1.0123456789abcdef0123456789abcdef-stray', A],
    ['orders-2', A],
  );
  write(system, `${DATA}/x-0.0123456789abcdef0123456789abcdef-delete`, 'a file');
  await removeLeftovers(system, DATA);
  expect(namesIn(system)).toEqual([
    'orders-1.0123456789abcdef0123456789abcdef-stray',
    'orders-2',
    'x-0.0123456789abcdef0123456789abcdef-delete',
  ]);
});

test('an addition that was not committed is undone, as far as it is its own', async () => {
  const system = inMemory(['orders-0', A], ['orders-1', B], ['orders-2', A]);
  // Not its own, and not empty: somebody else's, whose id is lost.
  system.remove(`${DATA}/orders-2/partition.metadata`);
  write(system, `${DATA}/orders-2/00000000000000000000.log`, 'records');
  await writeTopicChange({ system, directory: DATA, flushThread: system.flushThread(DATA) }, ADD);
  settleChange(system, DATA);
  expect(partitionsIn(system)).toEqual(['orders-0 leaving', 'orders-1', 'orders-2']);
  expect(namesIn(system)).not.toContain('millrace-change.json');
});

test('a directory that the crash left without an id goes too', async () => {
  const system = inMemory(['orders-0', A], ['orders-1', A]);
  system.remove(`${DATA}/orders-0/partition.metadata`);
  write(system, `${DATA}/orders-1/partition.metadata`, '');
  await writeTopicChange({ system, directory: DATA, flushThread: system.flushThread(DATA) }, ADD);
  settleChange(system, DATA);
  expect(partitionsIn(system)).toEqual(['orders-0 leaving', 'orders-1 leaving']);
});

test('an addition that was committed stays', async () => {
  const system = inMemory(['orders-0', A], ['orders-1', A], ['orders-2', A]);
  writeTopicsFile(system, DATA, [{ name: 'orders', id: A, partitions: 3, config: {} }]);
  await writeTopicChange({ system, directory: DATA, flushThread: system.flushThread(DATA) }, ADD);
  settleChange(system, DATA);
  expect(partitionsIn(system)).toEqual(['orders-0', 'orders-1', 'orders-2']);
});

test('a deletion is finished: what is left of the topic leaves, and so does its entry', async () => {
  const system = inMemory(['orders-1', A], ['clicks-0', B]);
  const clicks = { name: 'clicks', id: B, partitions: 1, config: {} };
  writeTopicsFile(system, DATA, [{ name: 'orders', id: A, partitions: 3, config: {} }, clicks]);
  await writeTopicChange(
    { system, directory: DATA, flushThread: system.flushThread(DATA) },
    { ...ADD, kind: 'delete' },
  );
  const deleted = settleChange(system, DATA);
  expect(deleted).toEqual({ name: 'orders', id: A });
  // Until what is to be done besides has been done.
  expect(namesIn(system)).toContain('millrace-change.json');
  expect(partitionsIn(system)).toEqual(['clicks-0', 'orders-1 leaving']);
  expect(readTopicsFile(system, DATA)).toEqual([clicks]);
});

test('a deletion that came back after a crash does nothing to a new topic of that name', async () => {
  const system = inMemory(['orders-0', B]);
  const orders = { name: 'orders', id: B, partitions: 1, config: {} };
  writeTopicsFile(system, DATA, [orders]);
  await writeTopicChange(
    { system, directory: DATA, flushThread: system.flushThread(DATA) },
    { ...ADD, kind: 'delete' },
  );
  expect(settleChange(system, DATA)).toBe(null);
  expect(namesIn(system)).not.toContain('millrace-change.json');
  expect(partitionsIn(system)).toEqual(['orders-0']);
  expect(readTopicsFile(system, DATA)).toEqual([orders]);
});
