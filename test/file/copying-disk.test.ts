import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CopyingDisk } from '#millrace/file/copying-disk.js';
import { native } from '#millrace/native.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

function setUp(content = ''): { system: CopyingDisk; path: string } {
  const system = new CopyingDisk();
  onTestFinished(() => system.close());
  const path = join(temporaryDirectory(), 'f');
  writeFileSync(path, content);
  return { system, path };
}

const corrupt = (path: string, position: number): unknown =>
  expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path, position });
const text = (bytes: Uint8Array, from: number, to: number): string => Buffer.from(bytes).toString('latin1', from, to);

test('a shared window has what the file had, and the file what is written of it', () => {
  const { system, path } = setUp('head');
  const file = system.open(path, 'r+');
  file.reserve(100);
  const window = file.mapShared(0, 100);
  expect([window.path, window.start, window.length]).toEqual([path, 0, 100]);
  expect(text(window.bytes, 0, 6)).toBe('head\0\0');
  window.bytes.set(Buffer.from('tail'), 4);
  expect(text(readFileSync(path), 0, 8)).toBe('head\0\0\0\0');
  file.write(window.bytes, 4, 8, 4);
  expect(text(readFileSync(path), 0, 10)).toBe('headtail\0\0');
  file.close();
});

test('bytes that are not read because they are zeros are zeros', () => {
  const { system, path } = setUp('head');
  const file = system.open(path, 'r+');
  const shown = (): string => text(file.mapShared(0, 12).bytes, 0, 12);
  file.reserve(12);
  expect(shown()).toBe('head\0\0\0\0\0\0\0\0');
  file.write(Buffer.from('xy'), 0, 2, 8);
  expect(shown()).toBe('head\0\0\0\0xy\0\0');
  file.reserve(20);
  expect(shown()).toBe('head\0\0\0\0xy\0\0');
  file.truncate(2);
  file.reserve(20);
  expect(shown()).toBe('he\0\0\0\0\0\0\0\0\0\0');
  expect(text(file.mapShared(8, 4).bytes, 0, 4)).toBe('\0\0\0\0');
  file.close();
});

test('bytes that somebody else wrote before are read', () => {
  const { system, path } = setUp();
  const first = system.open(path, 'r+');
  first.reserve(8);
  first.write(Buffer.from('other'), 0, 5, 0);
  first.close();
  const file = system.open(path, 'r+');
  file.reserve(8);
  expect(text(file.mapShared(0, 8).bytes, 0, 8)).toBe('other\0\0\0');
  file.close();
});

test('a private window is what the file had then, and nobody else has', async () => {
  const { system, path } = setUp('0123456789');
  const file = system.open(path, 'r+');
  const window = file.mapPrivate(2, 5);
  const read = await system.copies.read(path, 2, 5);
  for (const { bytes, view, start, length } of [window, read]) {
    expect([text(bytes, 0, bytes.length), view.byteLength, start, length]).toEqual(['23456', 5, 2, 5]);
  }
  file.write(Buffer.from('__'), 0, 2, 4);
  window.bytes[0] = 0;
  expect(text(read.bytes, 0, 5)).toBe('23456');
  expect(text(file.mapPrivate(2, 5).bytes, 0, 5)).toBe('23__6');
  file.close();
});

test('a file that ends too early is told with the place, and never shown as zeros', async () => {
  const { system, path } = setUp('0123');
  const file = system.open(path, 'r');
  expect(() => file.mapPrivate(0, 5)).toThrow(corrupt(path, 4));
  expect(() => file.mapPrivate(9, 1)).toThrow(corrupt(path, 9));
  file.close();
  await expect(system.copies.read(path, 1, 4)).rejects.toThrow(corrupt(path, 4));
});

test('what fails on the other thread is an error of ours with the path, and leaves no descriptor open', async () => {
  const { system, path } = setUp();
  const missing = `${path}-missing`;
  await expect(system.copies.read(missing, 0, 1)).rejects.toMatchObject({
    code: 'ERR_MILLRACE_IO',
    path: missing,
    cause: { code: 'ENOENT' },
  });
  const directory = join(path, '..');
  const closed: string[] = [];
  const { close } = native;
  native.close = (fd, of) => (closed.push(of), close(fd, of));
  onTestFinished(() => void (native.close = close));
  await expect(system.copies.read(directory, 0, 1)).rejects.toMatchObject({
    code: 'ERR_MILLRACE_IO',
    message: `read of ${directory} failed: EISDIR`,
    path: directory,
  });
  appendFileSync(path, 'x');
  await system.copies.read(path, 0, 1);
  expect(closed).toEqual([directory, path]);
});

test('a prepared window is made when it is taken', () => {
  const { system, path } = setUp('head');
  const file = system.open(path, 'r+');
  file.prepare(100, 0).cancel();
  const prepared = file.prepare(64, 2);
  expect(file.size()).toBe(4);
  const window = prepared.take();
  expect([window.start, window.length, file.size()]).toEqual([2, 62, 64]);
  expect(text(window.bytes, 0, 3)).toBe('ad\0');
  file.close();
});

test('nothing is mapped', async () => {
  const { system, path } = setUp('0123');
  const before = native.counters();
  const file = system.open(path, 'r+');
  file.reserve(1 << 20);
  const windows = [file.mapShared(0, 1 << 20), file.mapPrivate(0, 4), await system.copies.read(path, 0, 4)];
  windows.push(file.prepare(2 << 20, 1 << 20).take());
  expect(native.counters()).toEqual(before);
  for (const window of windows) {
    system.populate();
    expect(system.resident()).toBe(true);
    await system.bringIn();
    system.release();
    system.unmap();
    expect(window.bytes.length).toBe(window.length);
  }
  file.close();
});
