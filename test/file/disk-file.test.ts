import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { DiskFile } from '#millrace/file/disk-file.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { SETTLED_BYTES_MIN } from '#millrace/limits.js';
import { SmallDisk, noSmallDisk, testOnSmallDisk } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const PAGE = 4096;

function setUp(content?: string, directory = temporaryDirectory()): { system: DiskFileSystem; file: DiskFile } {
  const system = new DiskFileSystem();
  const path = join(directory, 'file');
  if (content !== undefined) writeFileSync(path, content);
  const file = system.open(path, content === undefined ? 'w+' : 'r+');
  onTestFinished(() => {
    file.close();
    system.close();
  });
  return { system, file };
}

test('bytes go in and out at positions; a read stops at the end', () => {
  const { file } = setUp();
  file.write(Buffer.from('abcdef'), 2, 5, 10);
  expect(file.size()).toBe(13);
  const bytes = Buffer.alloc(8, '.');
  expect(file.read(bytes, 1, 8, 9)).toBe(4);
  expect(bytes.toString()).toBe('.\0cde...');
  expect(file.read(bytes, 0, 8, 13)).toBe(0);
  file.truncate(11);
  file.sync();
  expect(readFileSync(file.path, 'utf8')).toBe(`${'\0'.repeat(10)}c`);
});

test('opening modes: what must exist, what must not', () => {
  const { system, file } = setUp();
  expect(() => system.open(file.path, 'w+')).toThrow('EEXIST');
  const missing = `${file.path}-missing`;
  expect(() => system.open(missing, 'r')).toThrow('ENOENT');
  expect(() => system.open(missing, 'r+')).toThrow('ENOENT');
  system.open(missing, 'a+').close();
  const readOnly = system.open(missing, 'r');
  expect(() => readOnly.write(Buffer.from('x'), 0, 1, 0)).toThrow('EBADF');
  readOnly.close();
  expect(() => system.open(join(missing, 'x'), 'r')).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_IO' }) as Error,
  );
});

test('a reservation makes the file long and gives it blocks, and never shortens', () => {
  const { file } = setUp();
  file.reserve(1 << 20);
  expect(file.size()).toBe(1 << 20);
  expect(statSync(file.path).blocks * 512).toBeGreaterThanOrEqual(1 << 20);
  file.reserve(PAGE);
  expect(file.size()).toBe(1 << 20);
});

test('a shared window writes the file; a private one sees that, and keeps its own stores to itself', () => {
  const { file } = setUp();
  file.reserve(4 * PAGE);
  const shared = file.mapShared(PAGE, 2 * PAGE);
  const reader = file.mapPrivate(PAGE, PAGE);
  expect([shared.start, shared.length, shared.bytes.length]).toEqual([PAGE, 2 * PAGE, 2 * PAGE]);
  shared.view.setUint32(8, 0xdead_beef);
  expect(reader.view.getUint32(8)).toBe(0xdead_beef);
  reader.view.setUint32(8, 7);
  expect(shared.view.getUint32(8)).toBe(0xdead_beef);
  expect(readFileSync(file.path).readUInt32BE(PAGE + 8)).toBe(0xdead_beef);
});

test('a prepared window is reserved, mapped and written through like any other', () => {
  const { file } = setUp();
  const prepared = file.prepare(8 * PAGE, 2 * PAGE, PAGE);
  const window = prepared.take();
  expect([window.start, window.length, file.size()]).toEqual([2 * PAGE, 6 * PAGE, 8 * PAGE]);
  window.bytes.fill(3);
  expect(readFileSync(file.path)[8 * PAGE - 1]).toBe(3);
});

test('a prepared window that nobody wants leaves the file usable, closed in between or not', () => {
  const { file } = setUp();
  file.prepare(8 * PAGE, 0, PAGE).cancel();
  file.truncate(0);
  expect(file.size()).toBe(0);
  const other = file.prepare(8 * PAGE, 0, PAGE);
  file.close();
  expect(other.take().length).toBe(8 * PAGE);
  expect(() => file.size()).toThrow('is closed');
});

test('after close every call says so; closing twice is no error; windows live on', () => {
  const { file } = setUp('x'.repeat(PAGE));
  const window = file.mapPrivate(0, PAGE);
  file.close();
  file.close();
  for (const call of [() => file.size(), () => file.sync(), () => file.truncate(0), () => file.mapPrivate(0, PAGE)]) {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED', path: file.path }) as Error);
  }
  expect(window.bytes[PAGE - 1]).toBe(120);
});

test('a retained descriptor stays open over a close until it is released', () => {
  const { file } = setUp('x');
  const fd = file.retain();
  file.retain();
  file.close();
  file.release();
  expect(readFileSync(`/dev/fd/${fd}`, 'utf8')).toBe('x');
  file.release();
  expect(() => file.size()).toThrow('is closed');
});

test('a round writes first what is settled, when that is much since the round before', () => {
  const { file } = setUp('x');
  expect(file.takeSettled()).toBe(0);
  file.settled = SETTLED_BYTES_MIN;
  expect(file.takeSettled()).toBe(SETTLED_BYTES_MIN);
  file.settled = 2 * SETTLED_BYTES_MIN - 1;
  expect(file.takeSettled()).toBe(0);
  // A cut has taken what was settled.
  file.settled = 100;
  expect(file.takeSettled()).toBe(0);
  file.settled = 100 + SETTLED_BYTES_MIN;
  expect(file.takeSettled()).toBe(100 + SETTLED_BYTES_MIN);
});

const reason = noSmallDisk === null ? '' : ` (skipped: ${noSmallDisk})`;

testOnSmallDisk(`a reservation that finds no room leaves size and space as they were${reason}`, () => {
  const disk = new SmallDisk(4);
  const { file } = setUp('x'.repeat(PAGE), disk.path);
  const free = disk.freeBytes;
  expect(() => file.reserve(64 << 20)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }) as Error);
  expect([file.size(), disk.freeBytes]).toEqual([PAGE, free]);
  const prepared = file.prepare(64 << 20, 0, PAGE);
  expect(() => prepared.take()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }) as Error);
  expect([file.size(), disk.freeBytes]).toEqual([PAGE, free]);
});
