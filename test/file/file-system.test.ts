/** The contract, as all file systems keep it: the real ones, and the one in memory that other tests put in their place. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CopyingDisk } from '#millrace/file/copying-disk.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import type { FileSystem, OpenMode } from '#millrace/file/file-system.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const error = (code: string): unknown => expect.objectContaining({ code });

const systems: [string, () => { system: FileSystem; directory: string }][] = [
  ['disk', () => ({ system: new DiskFileSystem(), directory: join(temporaryDirectory(), 'd') })],
  ['copying disk', () => ({ system: new CopyingDisk(), directory: join(temporaryDirectory(), 'd') })],
  ['memory', () => ({ system: new MemoryFileSystem(), directory: '/tmp/d' })],
];

describe.each(systems)('%s', (_, make) => {
  function made(): { system: FileSystem; path: (name: string) => string; directory: string } {
    const { system, directory } = make();
    system.makeDirectory(directory);
    return { system, directory, path: (name) => join(directory, name) };
  }

  function put(system: FileSystem, path: string, text: string): void {
    const file = system.open(path, 'a+');
    file.write(Buffer.from(text), 0, text.length, 0);
    file.close();
  }

  test('modes say whether a file must be there', () => {
    const { system, path } = made();
    for (const mode of ['r', 'r+'] as OpenMode[]) {
      expect(() => system.open(path('a'), mode)).toThrow(error('ERR_MILLRACE_IO'));
    }
    system.open(path('a'), 'w+').close();
    expect(() => system.open(path('a'), 'w+')).toThrow(error('ERR_MILLRACE_IO'));
    for (const mode of ['r', 'r+', 'a+'] as OpenMode[]) system.open(path('a'), mode).close();
    expect(() => system.open(join(path('no'), 'a'), 'a+')).toThrow(error('ERR_MILLRACE_IO'));
  });

  test('a private file is made empty, and only where there is none', () => {
    const { system, path } = made();
    system.createPrivate(path('secret'));
    expect(system.sizeOf(path('secret'))).toBe(0);
    expect(() => system.createPrivate(path('secret'))).toThrow(error('ERR_MILLRACE_IO'));
    expect(() => system.createPrivate(join(path('no'), 'secret'))).toThrow(error('ERR_MILLRACE_IO'));
    const file = system.open(path('secret'), 'r+');
    file.write(Buffer.from('x'), 0, 1, 0);
    file.close();
    expect(system.sizeOf(path('secret'))).toBe(1);
  });

  test('bytes are read back, short at the end of the file', () => {
    const { system, path } = made();
    put(system, path('a'), 'hello');
    const file = system.open(path('a'), 'r+');
    const bytes = Buffer.alloc(10, '.');
    expect(file.read(bytes, 1, 10, 2)).toBe(3);
    expect(bytes.toString()).toBe('.llo......');
    expect(file.read(bytes, 0, 10, 99)).toBe(0);
    file.write(Buffer.from('xy'), 0, 2, 7);
    expect(file.size()).toBe(9);
    expect(file.read(bytes, 0, 10, 0)).toBe(9);
    expect(bytes.subarray(0, 9).toString()).toBe('hello\0\0xy');
    file.close();
    expect(() => file.read(bytes, 0, 1, 0)).toThrow();
  });

  test('a file keeps its inode under whatever name, and no other has it while it is open', () => {
    const { system, path } = made();
    expect(system.entry(path('a'))).toBeNull();
    put(system, path('a'), 'four');
    const file = system.open(path('a'), 'r');
    expect(system.entry(path('a'))).toEqual({ size: 4, inode: file.inode, modifiedMs: expect.any(Number) });
    system.rename(path('a'), path('b'));
    expect(system.entry(path('b'))?.inode).toBe(file.inode);
    put(system, path('c'), 'another');
    system.rename(path('c'), path('b'));
    expect(system.entry(path('b'))).toMatchObject({ size: 7 });
    expect(system.entry(path('b'))?.inode).not.toBe(file.inode);
    system.remove(path('b'));
    for (let i = 0; i < 5; i++) {
      put(system, path(`new ${i}`), 'x');
      expect(system.entry(path(`new ${i}`))?.inode).not.toBe(file.inode);
    }
    file.close();
  });

  test('names come, change and go', () => {
    const { system, path, directory } = made();
    put(system, path('b'), 'bb');
    put(system, path('a'), 'a');
    system.makeDirectory(path('sub'));
    system.makeDirectory(join(path('sub'), 'below'));
    put(system, join(path('sub'), 'below', 'c'), 'ccc');
    const names = (): string[] =>
      system
        .list(directory)
        .map((entry) => entry.name + (entry.isDirectory ? '/' : ''))
        .sort();
    expect(names()).toEqual(['a', 'b', 'sub/']);
    system.rename(path('a'), path('b'));
    expect(names()).toEqual(['b', 'sub/']);
    expect([system.sizeOf(path('b')), system.sizeOf(path('a')), system.exists(path('a'))]).toEqual([1, -1, false]);
    system.rename(path('sub'), path('other'));
    expect(system.sizeOf(join(path('other'), 'below', 'c'))).toBe(3);
    system.syncDirectory(directory);
    system.remove(path('b'));
    system.remove(path('b'));
    system.removeDirectory(path('other'));
    system.removeDirectory(path('other'));
    expect(names()).toEqual([]);
    expect(() => system.rename(path('no'), path('a'))).toThrow(error('ERR_MILLRACE_IO'));
    expect(() => system.list(path('no'))).toThrow(error('ERR_MILLRACE_IO'));
    expect(() => system.syncDirectory(path('no'))).toThrow(error('ERR_MILLRACE_IO'));
  });

  test('a reservation makes the file longer, never shorter; a cut makes it what it is told', () => {
    const { system, path } = made();
    const file = system.open(path('a'), 'w+');
    file.reserve(10_000);
    file.reserve(5_000);
    expect(file.size()).toBe(10_000);
    file.write(Buffer.from('end'), 0, 3, 9_000);
    file.truncate(9_001);
    file.truncate(9_003);
    const bytes = Buffer.alloc(3);
    expect(file.read(bytes, 0, 3, 9_000)).toBe(3);
    expect(bytes.toString()).toBe('e\0\0');
    file.close();
  });

  test('windows, reads and writes show the same bytes', () => {
    const { system, path } = made();
    const file = system.open(path('a'), 'w+');
    const { pageSize } = system;
    file.reserve(3 * pageSize);
    const window = file.mapShared(pageSize, pageSize);
    expect([window.start, window.length, window.bytes.length]).toEqual([pageSize, pageSize, pageSize]);
    window.bytes.set(Buffer.from('stored'), 10);
    window.view.setUint8(16, '!'.charCodeAt(0));
    if (system.copies !== undefined) file.write(window.bytes, 10, 17, pageSize + 10);
    const bytes = Buffer.alloc(7);
    file.read(bytes, 0, 7, pageSize + 10);
    expect(bytes.toString()).toBe('stored!');
    const prepared = file.prepare(5 * pageSize, 2 * pageSize, pageSize).take();
    expect([prepared.start, prepared.length, file.size()]).toEqual([2 * pageSize, 3 * pageSize, 5 * pageSize]);
    prepared.bytes[0] = 7;
    if (system.copies !== undefined) file.write(prepared.bytes, 0, 1, 2 * pageSize);
    const whole = file.mapPrivate(0, 5 * pageSize);
    file.close();
    expect(Buffer.from(whole.bytes).toString('latin1', pageSize + 10, pageSize + 17)).toBe('stored!');
    expect(whole.bytes[2 * pageSize]).toBe(7);
    system.release(whole);
    system.unmap(window);
    system.unmap(prepared);
    system.close();
  });

  test('a directory lock is held by one', () => {
    const { system, path } = made();
    const lock = system.lock(path('.lock'));
    expect(lock).not.toBeNull();
    expect(system.lock(path('.lock'))).toBeNull();
    lock!.release();
    const next = system.lock(path('.lock'));
    expect(next).not.toBeNull();
    next!.release();
  });

  test('a flush round ends, and says how', async () => {
    const { system, path, directory } = made();
    const file = system.open(path('a'), 'w+');
    const thread = system.flushThread(directory);
    for (const wholeFileSystem of [false, true]) {
      const failure = await new Promise((resolve) => {
        thread.flush({ files: [file], directories: [directory], wholeFileSystem }, resolve);
      });
      expect(failure).toBeNull();
    }
    const missing = await new Promise((resolve) => {
      thread.flush({ files: [], directories: [path('no')], wholeFileSystem: false }, resolve);
    });
    expect(missing).toEqual(error('ERR_MILLRACE_IO'));
    thread.close();
    file.close();
  });
});
