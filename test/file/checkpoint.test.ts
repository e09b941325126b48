import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '#millrace/file/checkpoint.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();

test('entries go to a file of Kafka’s layout and back', () => {
  const path = join(temporaryDirectory(), 'recovery-point-offset-checkpoint');
  expect(readCheckpoint(system, path, 3)).toBeNull();
  writeCheckpoint(system, path, [
    ['orders', 0, 1042],
    ['orders', 1, 977],
  ]);
  expect(readFileSync(path, 'utf8')).toBe('0\n2\norders 0 1042\norders 1 977\n');
  expect(readCheckpoint(system, path, 3)).toEqual([
    ['orders', '0', '1042'],
    ['orders', '1', '977'],
  ]);
  writeCheckpoint(system, path, []);
  expect(readCheckpoint(system, path, 3)).toEqual([]);
  expect(readdirSync(dirname(path))).toEqual(['recovery-point-offset-checkpoint']);
});

test('a file that Kafka wrote is read', () => {
  const fixture = new URL('../fixture/kafka-4.2/clean/log-dir/recovery-point-offset-checkpoint', import.meta.url);
  const entries = readCheckpoint(system, fileURLToPath(fixture), 3);
  expect(entries?.length).toBeGreaterThan(5);
  expect(entries?.map(([topic]) => topic)).toContain('codecs');
});

test.each([
  ['no lines', ''],
  ['another version', '1\n0\n'],
  ['no count', '0\n\n'],
  ['a count that is none', '0\nx\n'],
  ['a negative count', '0\n-1\n'],
  ['fewer entries than announced', '0\n2\na 0 1\n'],
  ['more entries than announced', '0\n1\na 0 1\nb 0 1\n'],
  ['an entry cut off', '0\n1\na 0 1'],
  ['too few fields', '0\n1\na 0\n'],
  ['too many fields', '0\n1\na 0 1 2\n'],
  ['a huge count', '0\n99999999999999\n'],
])('a file with %s is refused by its path', (_, text) => {
  const path = join(temporaryDirectory(), 'checkpoint');
  writeFileSync(path, text);
  expect(() => readCheckpoint(system, path, 3)).toThrow(`checkpoint ${path}`);
});
