import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { readWholeFile, WholeFile } from '#millrace/file/whole-file.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

test('a file is read as a whole; none and an empty one are no bytes', () => {
  const system = new DiskFileSystem();
  const path = join(temporaryDirectory(), '00000000000000000000.index');
  expect(readWholeFile(system, path)).toHaveLength(0);
  writeFileSync(path, '');
  expect(readWholeFile(system, path)).toHaveLength(0);
  writeFileSync(path, Buffer.alloc(100_003, 7));
  const bytes = readWholeFile(system, path);
  expect(bytes.equals(Buffer.alloc(100_003, 7))).toBe(true);
});

test('what is not kept any more is forgotten', () => {
  const file = new WholeFile<number>('path');
  file.made = 1;
  file.left();
  expect([file.made, file.window]).toEqual([null, null]);
});
