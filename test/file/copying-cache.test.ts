/** The window cache where windows are copies: when one is made, and when one that is there will do. */
import { appendFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CopyingDisk } from '#millrace/file/copying-disk.js';
import { isStale } from '#millrace/file/stale-file.js';
import { WindowCache, WindowSource } from '#millrace/file/window-cache.js';
import { COPIED_READ_BYTES_MAX, COPIED_READ_STEP } from '#millrace/limits.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const STEP = COPIED_READ_STEP;

function numbersFrom(from: number, to: number): Buffer {
  const numbers = new Uint32Array((to - from) / 4);
  for (let i = 0; i < numbers.length; i++) numbers[i] = from + 4 * i;
  return Buffer.from(numbers.buffer).swap32();
}

function setUp(size: number): { cache: WindowCache; source: WindowSource; path: string } {
  const system = new CopyingDisk();
  onTestFinished(() => system.close());
  const path = join(temporaryDirectory(), 'f');
  writeFileSync(path, numbersFrom(0, size));
  return { cache: new WindowCache(system), source: new WindowSource(path), path };
}

test('a read copies about what it asks for', () => {
  const { cache, source } = setUp(64 * STEP);
  expect(cache.window(source, 5 * STEP + 8, 5 * STEP + 12, 64 * STEP).length).toBe(2 * STEP);
  const window = cache.window(source, 10 * STEP + 100, 40 * STEP, 64 * STEP);
  expect([window.start, window.length]).toEqual([10 * STEP, 30 * STEP]);
  expect(window.view.getUint32(100)).toBe(10 * STEP + 100);
});

test('a copy ends with what is published, and is made again when there is more', () => {
  const { cache, source, path } = setUp(1000);
  const before = cache.window(source, 0, 600, 600);
  expect(before.length).toBe(600);
  appendFileSync(path, numbersFrom(1000, 2000));
  expect(cache.window(source, 100, 600, 2000)).toBe(before);
  const after = cache.window(source, 500, 1500, 1800);
  expect([after.length, after.view.getUint32(1200)]).toEqual([1800, 1200]);
  expect([cache.count, cache.bytes]).toEqual([1, 1800]);
});

test('what was brought in is not copied again, and what is there is not brought in', async () => {
  const { cache, source } = setUp(64 * STEP);
  const coming = cache.bringIn(source, STEP, 30 * STEP, 64 * STEP);
  expect(coming).not.toBeNull();
  await coming;
  expect([cache.count, cache.bytes]).toEqual([1, 29 * STEP]);
  const window = cache.window(source, 20 * STEP, 21 * STEP, 64 * STEP);
  expect(window.view.getUint32(20 * STEP - window.start)).toBe(20 * STEP);
  expect(cache.count).toBe(1);
  expect(cache.bringIn(source, 2 * STEP, 3 * STEP, 64 * STEP)).toBeNull();
});

test('what was forgotten while it was on its way is not kept', async () => {
  const { cache, source } = setUp(64 * STEP);
  const coming = cache.bringIn(source, 0, STEP, 64 * STEP);
  cache.forget(source);
  await coming;
  expect([cache.count, cache.bytes]).toEqual([0, 0]);
});

test('what two bring in at once is kept once', async () => {
  const { cache, source } = setUp(64 * STEP);
  const coming = [100, 200, 150].map(async (to) => cache.bringIn(source, 0, to * 16, 64 * STEP));
  await Promise.all(coming);
  expect([cache.count, cache.bytes]).toEqual([1, 2 * STEP]);
});

test('copies are bounded in memory, whatever is read', () => {
  const size = 2 * COPIED_READ_BYTES_MAX;
  const { cache, source } = setUp(size);
  for (let from = 0; from + (1 << 20) <= size; from += 1 << 20) {
    const { view, start } = cache.window(source, from, from + (1 << 20), size);
    expect(view.getUint32(from - start)).toBe(from);
    expect(cache.bytes).toBeLessThanOrEqual(COPIED_READ_BYTES_MAX);
  }
});

test('a source that names its file takes no copy of another one that was put in its place', async () => {
  const { cache, source, path } = setUp(8 * STEP);
  source.inode = statSync(path).ino;
  await cache.bringIn(source, 0, 100, 8 * STEP);
  writeFileSync(`${path}.new`, numbersFrom(0, 8 * STEP));
  renameSync(`${path}.new`, path);
  await expect(cache.bringIn(source, 6 * STEP, 6 * STEP + 100, 8 * STEP)).rejects.toThrow(expect.toSatisfy(isStale));
  expect(() => cache.window(source, 6 * STEP, 6 * STEP + 100, 8 * STEP)).toThrow(expect.toSatisfy(isStale));
  expect(cache.count).toBe(1);
});
