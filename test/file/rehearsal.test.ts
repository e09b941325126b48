import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readTextFile, writePrivateFile, writeWholeFile } from '#millrace/file/atomic-file.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { Rehearsal } from '#millrace/file/rehearsal.js';
import { treeOf } from '../support/store-damage.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

let directory: string;
let rehearsal: Rehearsal;
const at = (name: string): string => join(directory, name);

beforeEach(() => {
  directory = temporaryDirectory();
  writeFileSync(at('a'), '0123456789');
  writeFileSync(at('b'), 'bee');
  rehearsal = new Rehearsal(new DiskFileSystem());
});

test('what is not changed is as it is', () => {
  expect(rehearsal.exists(at('a'))).toBe(true);
  expect(rehearsal.sizeOf(at('a'))).toBe(10);
  expect(rehearsal.sizeOf(at('c'))).toBe(-1);
  expect(readTextFile(rehearsal, at('b'))).toBe('bee');
  expect(() => rehearsal.open(at('c'), 'r')).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }));
  expect(() => rehearsal.open(at('c'), 'r+')).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }));
  expect(rehearsal.changes()).toEqual([]);
});

test('what is cut, written, replaced and removed is seen so, and stands in no file', () => {
  const before = treeOf(directory);
  const a = rehearsal.open(at('a'), 'r+');
  a.truncate(4);
  expect(a.size()).toBe(4);
  const bytes = Buffer.alloc(10, '.');
  expect(a.read(bytes, 0, 10, 1)).toBe(3);
  expect(bytes.toString()).toBe('123.......');
  a.close();
  rehearsal.remove(at('b'));
  writeWholeFile(rehearsal, at('c'), 'new');
  expect(readTextFile(rehearsal, at('c'))).toBe('new');
  expect(
    rehearsal
      .list(directory)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['a', 'c']);
  expect(rehearsal.exists(at('b'))).toBe(false);
  expect(rehearsal.changes()).toEqual([
    { kind: 'cut', path: at('a'), from: 10, to: 4 },
    { kind: 'remove', path: at('b') },
    { kind: 'write', path: at('c'), existed: false },
  ]);
  expect(treeOf(directory)).toEqual(before);
  expect(existsSync(at('c'))).toBe(false);
});

test('a private file is remembered as any other', () => {
  writePrivateFile(rehearsal, at('secret'), 'new');
  expect(readTextFile(rehearsal, at('secret'))).toBe('new');
  expect(rehearsal.changes()).toEqual([{ kind: 'write', path: at('secret'), existed: false }]);
  expect(existsSync(at('secret'))).toBe(false);
});

test('a write into a file that is there keeps the rest of it, and the same bytes are no change', () => {
  const a = rehearsal.open(at('a'), 'a+');
  a.write(Buffer.from('XY'), 0, 2, 3);
  a.write(Buffer.from('Z'), 0, 1, 10);
  const bytes = Buffer.alloc(11);
  a.read(bytes, 0, 11, 0);
  expect(bytes.toString()).toBe('012XY56789Z');
  expect(rehearsal.changes()).toEqual([{ kind: 'write', path: at('a'), existed: true }]);
  a.write(Buffer.from('34'), 0, 2, 3);
  a.truncate(10);
  expect(rehearsal.changes()).toEqual([]);
  expect(readFileSync(at('a'), 'utf8')).toBe('0123456789');
});

test('mapping, reserving and flushing are no part of it', () => {
  const a = rehearsal.open(at('a'), 'r+');
  for (const call of [
    () => a.reserve(1),
    () => a.mapShared(0, 1),
    () => a.mapPrivate(0, 1),
    () => a.prepare(1, 0, 0),
    () => rehearsal.flushThread(),
    () => rehearsal.populate(),
  ])
    expect(call).toThrow(/neither maps nor reserves nor flushes/);
});
