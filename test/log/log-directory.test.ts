import { mkdirSync, readdirSync, writeFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { listLog, listSegments, removeSegmentFiles, tidyDirectory } from '#millrace/log/log-directory.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();
const NAME = '0000000000000000000';

function directoryOf(...names: string[]): string {
  const directory = temporaryDirectory();
  for (const name of names) writeFileSync(join(directory, name), name);
  return directory;
}

test('segments are listed in the order of their offsets, with their size and whether they are indexed', () => {
  const directory = directoryOf(
    `${NAME}9.log`,
    `${NAME}0.log`,
    `${NAME}0.index`,
    `${NAME}0.timeindex`,
    `${NAME}9.index`,
    'other',
  );
  writeFileSync(join(directory, `00000000000000000010.log`), '');
  const inode = (name: string): number => statSync(join(directory, name)).ino;
  expect(listSegments(system, directory)).toEqual([
    { baseOffset: 0, size: 24, inode: inode(`${NAME}0.log`), indexed: true },
    { baseOffset: 9, size: 24, inode: inode(`${NAME}9.log`), indexed: false },
    { baseOffset: 10, size: 0, inode: inode('00000000000000000010.log'), indexed: false },
  ]);
});

test('a transaction index is noticed', () => {
  const found = (name: string): boolean => listLog(system, directoryOf(`${NAME}0.log`, name)).hasTransactionIndex;
  expect(found(`${NAME}0.txnindex`)).toBe(true);
  expect(found(`${NAME}0.txnindex.deleted`)).toBe(false);
});

test('producer snapshots are listed with them', () => {
  const directory = directoryOf(`${NAME}0.log`, `${NAME}7.snapshot`, `${NAME}3.snapshot`, `${NAME}3.snapshot.deleted`);
  const { segments, snapshots } = listLog(system, directory);
  expect(segments).toHaveLength(1);
  expect(new Set(snapshots)).toEqual(new Set([3, 7]));
});

test('leftovers and orphans go; what is not a segment’s stays', () => {
  const stays = [`${NAME}0.log`, `${NAME}0.index`, `${NAME}5.snapshot`, 'leader-epoch-checkpoint', 'notes.txt'];
  const directory = directoryOf(
    ...stays,
    `${NAME}0.log.deleted`,
    `${NAME}0.timeindex.cleaned`,
    `${NAME}5.index`,
    `${NAME}5.timeindex`,
    `${NAME}5.txnindex`,
  );
  tidyDirectory(system, directory);
  expect(readdirSync(directory).sort()).toEqual(stays.sort());
});

test('a replacement that was not finished is refused before anything is removed', () => {
  const directory = directoryOf(`${NAME}0.log`, `${NAME}0.log.swap`);
  expect(() => tidyDirectory(system, directory)).toThrow(`${NAME}0.log.swap`);
  expect(readdirSync(directory)).toHaveLength(2);
});

test('all files of a segment go together, and only those', () => {
  const directory = directoryOf(
    `${NAME}7.log`,
    `${NAME}7.index`,
    `${NAME}7.timeindex`,
    `${NAME}7.snapshot`,
    `${NAME}7.txnindex`,
    `${NAME}8.log`,
  );
  removeSegmentFiles(system, directory, 7);
  removeSegmentFiles(system, directory, 7);
  expect(readdirSync(directory)).toEqual([`${NAME}8.log`]);
});

test('a directory that bears a segment’s name is an error, no silence', () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, `${NAME}0.log.deleted`));
  expect(() => tidyDirectory(system, directory)).toThrow();
});
