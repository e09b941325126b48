import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { native } from '#millrace/native.js';
import { temporaryDirectory, thrownBy } from './support.ts';

const directory = temporaryDirectory();

test('files go on another thread, in order; stop tells how many', async () => {
  const paths = ['a', 'b', 'c'].map((name) => join(directory, name));
  for (const path of paths) writeFileSync(path, 'x');
  const removal = native.removeFiles([...paths, join(directory, 'missing')]);
  await removal.done;
  expect(removal.stop()).toBe(4);
  expect(paths.some((path) => existsSync(path))).toBe(false);
});

test('a failure is a system error, and arguments are checked', async () => {
  const removal = native.removeFiles([join(directory, 'missing'), directory]);
  await expect(removal.done).rejects.toMatchObject({ syscall: 'unlink', path: directory });
  expect(removal.stop()).toBe(1);
  expect(thrownBy(() => native.removeFiles('a' as never))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => native.removeFiles([1] as never))).toBeInstanceOf(TypeError);
  expect(thrownBy(() => native.removeFiles(['a\0b']))).toBeInstanceOf(Error);
});

test('an unlink that nobody waits for any more ends with stop', async () => {
  const paths = Array.from({ length: 100 }, (_, i) => join(directory, `many-${i}`));
  for (const path of paths) writeFileSync(path, 'x');
  const removal = native.removeFiles(paths);
  const count = removal.stop();
  await removal.done;
  expect(paths.filter((path) => !existsSync(path)).length).toBe(count);
});
