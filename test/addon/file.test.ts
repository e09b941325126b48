import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fromSystemError, isSystemError } from '#millrace/errors.js';
import { native } from '#millrace/native.js';
import { temporaryDirectory, thrownBy } from './support.ts';

const directory = temporaryDirectory();
let files = 0;

function create(): { fd: number; path: string } {
  const path = join(directory, `file-${files++}`);
  return { fd: native.open(path, 'w+'), path };
}

function systemErrorOf(call: () => unknown): { code: unknown; syscall: unknown; path: unknown } {
  const error = thrownBy(call);
  expect(isSystemError(error)).toBe(true);
  expect(getSystemErrorName(error.errno as number)).toBe(error.code);
  return { code: error.code, syscall: error.syscall, path: error.path };
}

describe('open', () => {
  test('each flag does what it says', () => {
    const path = join(directory, 'opened');
    expect(systemErrorOf(() => native.open(path, 'r'))).toEqual({ code: 'ENOENT', syscall: 'open', path });
    expect(systemErrorOf(() => native.open(path, 'r+')).code).toBe('ENOENT');
    native.close(native.open(path, 'a+'), path);
    native.close(native.open(path, 'a+'), path);
    expect(systemErrorOf(() => native.open(path, 'w+')).code).toBe('EEXIST');
    const fd = native.open(path, 'r');
    expect(systemErrorOf(() => native.write(fd, path, new Uint8Array(1), 0, 1, 0))).toEqual({
      code: 'EBADF',
      syscall: 'pwrite',
      path,
    });
    native.close(fd, path);
    expect(systemErrorOf(() => native.close(fd, path))).toEqual({ code: 'EBADF', syscall: 'close', path });
  });

  test('says what failed, in the words of node:fs', () => {
    const error = thrownBy(() => native.open(join(directory, 'none'), 'r'));
    expect(error.message).toBe(`ENOENT: no such file or directory, open '${join(directory, 'none')}'`);
    expect(fromSystemError(error)).toMatchObject({ code: 'ERR_MILLRACE_IO', cause: error });
  });

  test('closes nothing that it has not opened', () => {
    const { fd, path } = create();
    const other = openSync(path, 'r');
    expect(systemErrorOf(() => native.close(other, path))).toEqual({ code: 'EBADF', syscall: 'close', path });
    closeSync(other);
    native.close(fd, path);
  });

  test('refuses wrong arguments', () => {
    expect(thrownBy(() => native.open(undefined as never, 'r'))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => native.open('', 'r'))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => native.open(`${directory}/a\0b`, 'a+'))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => native.open(directory, 'w' as never))).toBeInstanceOf(RangeError);
  });
});

describe('read and write', () => {
  test('move exactly the bytes of the window', () => {
    const { fd, path } = create();
    native.write(fd, path, Uint8Array.of(1, 2, 3, 4, 5), 1, 4, 10);
    expect([...readFileSync(path)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 4]);
    const bytes = new Uint8Array(8).fill(9);
    expect(native.read(fd, path, bytes, 2, 8, 9)).toBe(4);
    expect([...bytes]).toEqual([9, 9, 0, 2, 3, 4, 9, 9]);
    expect(native.read(fd, path, bytes, 0, 8, 100)).toBe(0);
    expect(native.read(fd, path, bytes, 8, 8, 0)).toBe(0);
    expect(native.size(fd, path)).toBe(13);
    native.truncate(fd, path, 3);
    expect(native.size(fd, path)).toBe(3);
    native.fdatasync(fd, path);
    native.fsync(fd, path);
    native.close(fd, path);
  });

  test('refuse wrong arguments', () => {
    const bytes = new Uint8Array(8);
    for (const call of [native.read, native.write] as ((...values: unknown[]) => unknown)[]) {
      expect(thrownBy(() => call(-1, 'p', bytes, 0, 8, 0))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => call(1.5, 'p', bytes, 0, 8, 0))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => call('3', 'p', bytes, 0, 8, 0))).toBeInstanceOf(TypeError);
      expect(thrownBy(() => call(3, 'p', bytes, 0, 9, 0))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => call(3, 'p', bytes, 4, 3, 0))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => call(3, 'p', bytes, 0, 8, -1))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => call(3, 'p', bytes.buffer, 0, 8, 0))).toBeInstanceOf(TypeError);
      expect(thrownBy(() => call(3))).toBeInstanceOf(TypeError);
    }
  });

  test.each(['size', 'fdatasync', 'fsync', 'tryLock'] as const)('%s names a bad descriptor and its path', (name) => {
    expect(systemErrorOf(() => native[name](999_999, '/the/path'))).toMatchObject({ code: 'EBADF', path: '/the/path' });
  });
});

describe('reserve', () => {
  test('gives blocks, keeps the bytes, never shortens', () => {
    const { fd, path } = create();
    native.write(fd, path, Uint8Array.of(1, 2, 3), 0, 3, 0);
    native.reserve(fd, path, 1 << 20);
    const { size, blocks } = statSync(path);
    expect(size).toBe(1 << 20);
    expect(blocks * 512).toBeGreaterThanOrEqual(1 << 20);
    native.reserve(fd, path, 10);
    native.reserve(fd, path, 0);
    expect(native.size(fd, path)).toBe(1 << 20);
    expect([...readFileSync(path).subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    native.close(fd, path);
  });

  test('fills holes below the end', () => {
    const { fd, path } = create();
    native.truncate(fd, path, 1 << 20);
    expect(statSync(path).blocks * 512).toBeLessThan(1 << 20);
    native.reserve(fd, path, 1 << 20);
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(1 << 20);
    native.close(fd, path);
  });

  test('names what failed', () => {
    expect(systemErrorOf(() => native.reserve(999_999, '/the/path', 10))).toMatchObject({
      code: 'EBADF',
      path: '/the/path',
    });
    expect(thrownBy(() => native.reserve(3, '/the/path', -1))).toBeInstanceOf(RangeError);
    expect(systemErrorOf(() => native.truncate(999_999, '/the/path', 10)).syscall).toBe('ftruncate');
  });
});

describe('directories', () => {
  test('rename, unlink, sync', () => {
    const { fd, path } = create();
    native.close(fd, path);
    native.rename(path, `${path}.moved`);
    native.syncDirectory(directory);
    expect(systemErrorOf(() => native.rename(path, `${path}.moved`))).toEqual({
      code: 'ENOENT',
      syscall: 'rename',
      path,
    });
    native.unlink(`${path}.moved`);
    expect(systemErrorOf(() => native.unlink(`${path}.moved`)).code).toBe('ENOENT');
    expect(systemErrorOf(() => native.syncDirectory(join(directory, 'none'))).code).toBe('ENOENT');
    writeFileSync(path, '');
    expect(systemErrorOf(() => native.syncDirectory(path)).code).toBe('ENOTDIR');
  });

  test('a lock belongs to one open file', () => {
    const { fd, path } = create();
    const other = native.open(path, 'r+');
    expect(native.tryLock(fd, path)).toBe(true);
    expect(native.tryLock(other, path)).toBe(false);
    native.close(fd, path);
    expect(native.tryLock(other, path)).toBe(true);
    native.close(other, path);
  });

  test('a file has no reader that could be gone', () => {
    const { fd, path } = create();
    expect(native.readerGone(fd, path)).toBe(false);
    native.close(fd, path);
  });
});
