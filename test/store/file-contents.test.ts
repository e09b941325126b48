/** Each kind of file by its name, as Kafka 4.2 and as we write it; and cut. */
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { type FileRow, fileContents } from '#millrace/store/file-contents.js';
import { FIXTURE } from '../compat/expected-log.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();
const clean = join(FIXTURE, 'clean/log-dir');

function rows(path: string): FileRow[] {
  return [...fileContents(system, path, { records: false })];
}

test.each<[string, object]>([
  ['transactions-0/00000000000000000017.index', { kind: 'offsetEntry', offset: 26, position: 602 }],
  ['transactions-0/00000000000000000017.timeindex', { kind: 'timeEntry', timestamp: 1_795_618_062_187, offset: 18 }],
  [
    'transactions-0/00000000000000000017.txnindex',
    { kind: 'abortedTransaction', version: 0, producerId: 1, firstOffset: 3, lastOffset: 17, lastStableOffset: 0 },
  ],
  ['transactions-0/00000000000000000017.snapshot', { kind: 'producer', producerId: 0, lastOffset: 16 }],
  ['transactions-0/00000000000000000017.log', { kind: 'batch', baseOffset: 17, position: 0, crc: 1_970_740_796 }],
  ['transactions-0/leader-epoch-checkpoint', { kind: 'epoch', epoch: 0, startOffset: 0 }],
  ['recovery-point-offset-checkpoint', { kind: 'offset', topic: 'codecs', partition: 4, offset: 97 }],
  ['log-start-offset-checkpoint', { kind: 'offset', topic: 'trimmed', partition: 0, offset: 76 }],
  ['replication-offset-checkpoint', { kind: 'offset', topic: '__transaction_state', partition: 0, offset: 28 }],
  ['cleaner-offset-checkpoint', { kind: 'offset', topic: 'compacted', partition: 0, offset: 126 }],
  ['codecs-0/partition.metadata', { kind: 'topicId', version: 0, topicId: 'Wm4_o_PXQfG7ebSjCMZozQ' }],
  ['meta.properties', { kind: 'property', name: 'node.id', value: '1' }],
  ['bootstrap.checkpoint', { kind: 'batch', isControl: true, position: 0, size: 83 }],
])('%s', (name, first) => {
  const all = rows(join(clean, name));
  expect(all[0]).toMatchObject(first);
  expect(all.filter(({ kind }) => kind === 'damage')).toEqual([]);
});

test('every file of the fixture that has a known name is whole', () => {
  const names = ['00000000000000000000.log', '00000000000000000000.index', '00000000000000000000.timeindex'];
  for (const partition of ['codecs-1', 'codecs-2', 'codecs-3', 'codecs-4', 'compacted-0', 'stamped-0', 'empty-0']) {
    for (const name of names)
      expect(rows(join(clean, partition, name)).map(({ kind }) => kind)).not.toContain('damage');
  }
});

test.each([
  ['transactions-0/00000000000000000017.index', 12, ['offsetEntry', 'damage'], 8],
  ['transactions-0/00000000000000000017.txnindex', 40, ['abortedTransaction', 'damage'], 34],
  ['transactions-0/00000000000000000017.snapshot', 100, ['damage'], 2],
  ['transactions-0/00000000000000000017.log', 100, ['batch', 'damage'], 78],
  ['recovery-point-offset-checkpoint', 32, ['offset', 'offset', 'damage'], 29],
  ['transactions-0/leader-epoch-checkpoint', 7, ['damage'], 4],
  ['codecs-0/partition.metadata', 15, ['damage'], 0],
])('%s cut at %d', (name, size, kinds, position) => {
  const path = join(temporaryDirectory(), name.split('/').at(-1)!);
  cpSync(join(clean, name), path);
  truncateSync(path, size);
  const all = rows(path);
  expect(all.map(({ kind }) => kind)).toEqual(kinds);
  expect(all.find(({ kind }) => kind === 'damage')).toMatchObject({ position });
});

test('files of ours, and files on their way out', () => {
  const directory = temporaryDirectory();
  const topics = join(directory, 'millrace-topics.json');
  writeFileSync(topics, '{"version":0,"topics":[{"name":"a","id":"x","partitions":2,"config":{}}]}');
  expect(rows(topics)).toEqual([{ kind: 'topic', name: 'a', id: 'x', partitions: 2, config: {} }]);
  truncateSync(topics, 20);
  expect(rows(topics)).toMatchObject([{ kind: 'damage' }]);
  const deleted = join(directory, '00000000000000000017.index.deleted');
  cpSync(join(clean, 'transactions-0/00000000000000000017.index'), deleted);
  expect(rows(deleted)).toHaveLength(2);
  expect(readFileSync(deleted)).toHaveLength(16);
});

test('a name that nobody knows is refused, and a file that is not there an error', () => {
  expect(() => rows(join(clean, 'README.md'))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
  );
  for (const name of [
    '00000000000000000000.log',
    '00000000000000000000.index',
    'meta.properties',
    'log-start-offset-checkpoint',
  ])
    expect(() => rows(join(temporaryDirectory(), name))).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }));
});
