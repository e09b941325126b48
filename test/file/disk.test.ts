import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { noSmallDisk, SmallDisk, testOnSmallDisk } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const MIB = 1024 * 1024;
const reason = noSmallDisk === null ? '' : ` (skipped: ${noSmallDisk})`;

function setUp(): { system: DiskFileSystem; directory: string } {
  const system = new DiskFileSystem();
  onTestFinished(() => system.close());
  return { system, directory: temporaryDirectory() };
}

test('the time of the last change is what it was said to be, to the millisecond', () => {
  const { system, directory } = setUp();
  const path = join(directory, 'a');
  writeFileSync(path, 'four');
  for (const modifiedMs of [0, 1, 999, 1_700_000_000_001, 1_799_999_999_999]) {
    system.setModified(path, modifiedMs);
    expect(system.entry(path)?.modifiedMs).toBe(modifiedMs);
  }
  expect(() => system.setModified(join(directory, 'none'), 1)).toThrow('ENOENT');
});

test('names: exists, size, list, rename, remove', () => {
  const { system, directory } = setUp();
  const path = join(directory, 'a');
  expect([system.exists(path), system.sizeOf(path)]).toEqual([false, -1]);
  writeFileSync(path, 'four');
  system.makeDirectory(join(directory, 'x'));
  system.makeDirectory(join(directory, 'x', 'y'));
  system.makeDirectory(join(directory, 'x', 'y'));
  expect([system.exists(path), system.sizeOf(path)]).toEqual([true, 4]);
  expect(system.list(directory).sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'a', isDirectory: false },
    { name: 'x', isDirectory: true },
  ]);
  system.rename(path, join(directory, 'b'));
  system.syncDirectory(directory);
  expect(existsSync(path)).toBe(false);
  system.remove(path);
  system.remove(join(directory, 'b'));
  system.removeDirectory(join(directory, 'x'));
  system.removeDirectory(join(directory, 'x'));
  expect(system.list(directory)).toEqual([]);
});

test('failed calls are the library’s errors, with path and cause', () => {
  const { system, directory } = setUp();
  const missing = join(directory, 'no', 'such');
  for (const call of [
    () => system.open(missing, 'r'),
    () => system.list(missing),
    () => system.rename(missing, directory),
    () => system.syncDirectory(missing),
    () => system.lock(missing),
    () => system.flushThread(missing),
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }) as Error);
    expect(call).toThrow(expect.objectContaining({ path: missing }) as Error);
  }
});

test.each([
  ['on a file system that makes none', () => '/proc/nope'],
  ['below one that makes none', () => '/proc/nope/below'],
  ['where a file is', (file: string) => file],
  ['below a file', (file: string) => join(file, 'below')],
  [
    'where a link leads nowhere',
    (file: string) => {
      symlinkSync('/nowhere/at/all', `${file}.link`);
      return `${file}.link`;
    },
  ],
])('a directory %s is an error', (_, at) => {
  const { system, directory } = setUp();
  const file = join(directory, 'a');
  writeFileSync(file, 'text');
  const path = at(file);
  expect(() => system.makeDirectory(path)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }) as Error);
});

test('a directory is locked once, and again after a release', () => {
  const { system, directory } = setUp();
  const path = join(directory, '.lock');
  const lock = system.lock(path);
  expect(lock).not.toBeNull();
  expect(system.lock(path)).toBeNull();
  lock!.release();
  lock!.release();
  const again = system.lock(path);
  expect(again).not.toBeNull();
  again!.release();
});

test('a flush thread syncs files and directories, and says what failed', async () => {
  const { system, directory } = setUp();
  const file = system.open(join(directory, 'a'), 'w+');
  file.write(Buffer.from('text'), 0, 4, 0);
  const thread = system.flushThread(directory);
  const flush = (directories: string[], wholeFileSystem: boolean): Promise<[Error | null, number]> =>
    new Promise((resolve) => {
      thread.flush({ files: [file], directories, wholeFileSystem }, (error, ms) => resolve([error, ms]));
    });
  for (const whole of [false, true]) {
    const [error, ms] = await flush([directory], whole);
    expect(error).toBeNull();
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(10_000);
  }
  const [failed] = await flush([join(directory, 'missing')], false);
  expect(failed).toMatchObject({ code: 'ERR_MILLRACE_IO', path: join(directory, 'missing') });
  thread.close();
  file.close();
});

test('a file that is closed during a round stays open until the round has ended', async () => {
  const { system, directory } = setUp();
  const thread = system.flushThread(directory);
  for (let i = 0; i < 20; i++) {
    const file = system.open(join(directory, `${i}`), 'w+');
    file.write(Buffer.from('text'), 0, 4, 0);
    const done = new Promise((resolve) =>
      thread.flush({ files: [file], directories: [], wholeFileSystem: false }, resolve),
    );
    file.close();
    expect(await done).toBeNull();
    // Now it is closed.
    expect(() => file.size()).toThrow('is closed');
  }
  thread.close();
});

test('pages of a window are brought in and told resident', async () => {
  const { system, directory } = setUp();
  const path = join(directory, 'a');
  writeFileSync(path, Buffer.alloc(1 << 20, 5));
  const file = system.open(path, 'r');
  const window = file.mapPrivate(0, 1 << 20);
  await system.bringIn(window, 0, 1 << 20);
  expect(system.resident(window, 0, 1 << 20)).toBe(true);
  system.release(window);
  file.close();
  expect(window.bytes[1000]).toBe(5);
});

test('after close there is no pager, and reading goes on', () => {
  const { system, directory } = setUp();
  const path = join(directory, 'a');
  mkdirSync(join(directory, 'd'));
  writeFileSync(path, 'text');
  system.close();
  system.close();
  expect(() => system.pager()).toThrow('closed');
  const file = system.open(path, 'r');
  expect(file.size()).toBe(readFileSync(path).length);
  file.close();
});

testOnSmallDisk(`a full disk brings the collection that gives back the blocks of deleted files${reason}`, async () => {
  const system = new DiskFileSystem();
  onTestFinished(() => system.close());
  const directory = new SmallDisk(8).path;
  const readAndDelete = (): void => {
    const path = join(directory, 'old');
    const file = system.open(path, 'w+');
    file.reserve(5 * MIB);
    const window = file.mapPrivate(0, 5 * MIB);
    expect(window.bytes[0]).toBe(0);
    file.close();
    system.remove(path);
    system.release(window);
  };
  readAndDelete();
  const file = system.open(join(directory, 'new'), 'w+');
  onTestFinished(() => file.close());
  expect(() => file.reserve(6 * MIB)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  // No more than it takes: a collection that comes by itself, sooner or later, is not meant.
  for (let waited = 0; waited < 2000; waited += 50) {
    await setTimeout(50);
    try {
      file.reserve(6 * MIB);
      break;
    } catch {
      // Not yet: a busy machine takes its time.
    }
  }
  expect(file.size()).toBe(6 * MIB);
});
