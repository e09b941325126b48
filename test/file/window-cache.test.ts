import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { isStale } from '#millrace/file/stale-file.js';
import { WindowCache, type WindowCacheLimits, WindowSource } from '#millrace/file/window-cache.js';
import { WholeFile } from '#millrace/file/whole-file.js';
import { WHOLE_COPIED_MAX } from '#millrace/limits.js';
import { native } from '#millrace/native.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const STEP = 64 * 1024;

function setUp(limits: Partial<WindowCacheLimits> = {}): {
  cache: WindowCache;
  file: (name: string, size: number) => WindowSource;
} {
  const system = new DiskFileSystem();
  onTestFinished(() => system.close());
  const directory = temporaryDirectory();
  const cache = new WindowCache(system, { step: STEP, ...limits });
  const file = (name: string, size: number): WindowSource => {
    const bytes = Buffer.alloc(size);
    for (let i = 0; i < size; i += 4) bytes.writeUInt32BE(i, i);
    writeFileSync(join(directory, name), bytes);
    return new WindowSource(join(directory, name));
  };
  return { cache, file };
}

async function collected(mappings: number): Promise<number> {
  let last = -1;
  // What other files of this process hold does not go: five collections that bring nothing are enough.
  for (let same = 0; same < 5 && native.counters().mappings > mappings; same++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { mappings: now } = native.counters();
    if (now !== last) same = 0;
    last = now;
  }
  return native.counters().mappings;
}

test('a window has what was asked for, from its own start', () => {
  const { cache, file } = setUp();
  const source = file('a', 10 * STEP);
  for (const [from, to] of [
    [0, 4],
    [STEP - 4, STEP + 4],
    [3 * STEP + 8, 4 * STEP + 4],
    [9 * STEP, 10 * STEP],
  ]) {
    const window = cache.window(source, from, to, 10 * STEP);
    expect(window.start % STEP).toBe(0);
    expect(window.view.getUint32(from - window.start)).toBe(from);
    expect(window.view.getUint32(to - 4 - window.start)).toBe(to - 4);
    expect(window.bytes.length).toBe(window.length);
  }
});

test('a read of up to one step lies in one window wherever it begins', () => {
  const { cache, file } = setUp();
  const source = file('a', 10 * STEP);
  for (let from = 0; from <= 9 * STEP; from += STEP / 4) cache.window(source, from, from + STEP, 10 * STEP);
  // The last step lies in the window before its own.
  expect(cache.count).toBe(9);
  expect(cache.bytes).toBe(18 * STEP);
});

test('what is longer than a window gets one of its own length', () => {
  const { cache, file } = setUp();
  const source = file('a', 10 * STEP);
  const window = cache.window(source, 100, 9 * STEP, 10 * STEP);
  expect([window.start, window.length]).toEqual([0, 9 * STEP]);
  expect(cache.window(source, STEP, 8 * STEP, 10 * STEP)).toBe(window);
});

test('a window never goes past what may be mapped, and is made anew when the file has grown', () => {
  const { cache, file } = setUp();
  const source = file('a', 10 * STEP);
  expect(cache.window(source, 0, 100, 1000).length).toBe(1000);
  const larger = cache.window(source, 0, 2000, 5000);
  expect(larger.length).toBe(5000);
  expect(cache.count).toBe(1);
  expect(cache.bytes).toBe(5000);
  expect(() => cache.window(source, 0, 6000, 5000)).toThrow('millrace bug');
});

test('beyond the number of windows the least recently used one is let go', () => {
  const { cache, file } = setUp({ windowsMax: 3 });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => file(name, STEP));
  const read = (source: WindowSource): unknown => cache.window(source, 0, 4, STEP);
  const first = read(a);
  read(b);
  read(c);
  expect(read(a)).toBe(first);
  read(d);
  expect(cache.count).toBe(3);
  expect([a, b, c, d].map((source) => source.windows.size)).toEqual([1, 0, 1, 1]);
  expect(read(a)).toBe(first);
});

test('beyond the number of bytes too, but the window that was asked for stays', () => {
  const { cache, file } = setUp({ bytesMax: 5 * STEP });
  const sources = ['a', 'b', 'c'].map((name) => file(name, 2 * STEP));
  for (const source of sources) cache.window(source, 0, 4, 2 * STEP);
  expect([cache.count, cache.bytes]).toEqual([2, 4 * STEP]);
  const large = file('large', 8 * STEP);
  expect(cache.window(large, 0, 8 * STEP, 8 * STEP).length).toBe(8 * STEP);
  expect([cache.count, cache.bytes]).toEqual([1, 8 * STEP]);
});

test('a random walk keeps the counts of the cache and of its sources the same', () => {
  const { cache, file } = setUp({ windowsMax: 5, bytesMax: 9 * STEP });
  const sources = ['a', 'b', 'c'].map((name) => file(name, 6 * STEP));
  for (let i = 0; i < 600; i++) {
    const source = sources[(i * 7) % 3];
    const from = ((i * 2_654_435_761) >>> 8) % (5 * STEP);
    const window = cache.window(source, from - (from % 4), from - (from % 4) + (i % 3) * 1000 + 4, 6 * STEP);
    expect(window.view.getUint32(from - (from % 4) - window.start)).toBe(from - (from % 4));
    if (i % 97 === 0) cache.forget(sources[i % 3]);
    const windows = sources.flatMap((other) => [...other.windows.values()]);
    expect(cache.count).toBe(windows.length);
    expect(cache.bytes).toBe(windows.reduce((sum, { length }) => sum + length, 0));
    expect(cache.count).toBeLessThanOrEqual(5);
  }
});

test('what was made of a whole file is made once, and again after it was let go', () => {
  const { cache, file } = setUp({ windowsMax: 1 });
  for (const size of [100, WHOLE_COPIED_MAX, WHOLE_COPIED_MAX + 4]) {
    const whole = new WholeFile<Uint8Array>(file(`whole-${size}`, size).path);
    let made = 0;
    const make = (bytes: Uint8Array): Uint8Array => {
      made++;
      return bytes;
    };
    const bytes = cache.whole(whole, make);
    expect(cache.whole(whole, make)).toBe(bytes);
    expect([bytes.length, Buffer.from(bytes).readUInt32BE(size - 4)]).toEqual([size, size - 4]);
    expect([made, cache.count, cache.bytes]).toEqual([1, 1, size]);
    cache.window(file('b', 100), 0, 4, 100);
    expect(whole.made).toBeNull();
    cache.whole(whole, make);
    expect(made).toBe(2);
    // What somebody still holds of the first is as it was.
    expect(Buffer.from(bytes).readUInt32BE(size - 4)).toBe(size - 4);
  }
});

test('a small file takes no mapping, a large one does until its bytes are gone', async () => {
  const { cache, file } = setUp();
  const before = await collected(0);
  const [small, large] = [WHOLE_COPIED_MAX, WHOLE_COPIED_MAX + 4].map(
    (size) => new WholeFile<number>(file(`whole-${size}`, size).path),
  );
  await cache.bringInWhole(small);
  cache.whole(small, (bytes) => bytes.length);
  await cache.bringInWhole(small);
  expect([native.counters().mappings - before, small.window]).toEqual([0, null]);
  await cache.bringInWhole(large);
  expect([native.counters().mappings - before, large.made]).toEqual([0, null]);
  cache.whole(large, (bytes) => bytes.length);
  await cache.bringInWhole(large);
  expect(native.counters().mappings - before).toBe(1);
  cache.forgetWhole(large);
  cache.forgetWhole(large);
  expect([cache.count, large.made, large.window]).toEqual([1, null, null]);
  expect(await collected(before)).toBe(before);
});

test('a part that is brought in is kept by nobody, and must be of the file that is meant', async () => {
  const { cache, file } = setUp();
  const before = await collected(0);
  const { path } = file('part', 4 * STEP);
  const inode = statSync(path).ino;
  await cache.bringInPart({ path, inode }, STEP + 1, 3 * STEP);
  await cache.bringInPart({ path, inode }, 4 * STEP, 4 * STEP);
  expect([cache.count, native.counters().mappings - before]).toEqual([0, 0]);
  await expect(cache.bringInPart({ path, inode: inode + 1 }, 0, STEP)).rejects.toSatisfy(isStale);
});

test('a whole file that is not there is one without bytes', async () => {
  const { cache } = setUp();
  const none = new WholeFile<number>(join(temporaryDirectory(), 'none'));
  await cache.bringInWhole(none);
  expect(cache.whole(none, (bytes) => bytes.length)).toBe(0);
  expect([cache.count, cache.bytes]).toEqual([1, 0]);
  cache.forgetWhole(none);
  expect(cache.count).toBe(0);
});

test('when making fails nothing is kept', () => {
  const { cache, file } = setUp();
  const whole = new WholeFile<number>(file('a', 100).path);
  const failing = (): number => {
    throw new Error('not made');
  };
  expect(() => cache.whole(whole, failing)).toThrow('not made');
  expect([cache.count, cache.whole(whole, (bytes) => bytes.length)]).toEqual([0, 100]);
});

test('a file that is not there is an error, and the cache stays as it was', () => {
  const { cache, file } = setUp();
  const source = file('a', 100);
  rmSync(source.path);
  expect(() => cache.window(source, 0, 4, 100)).toThrow('ENOENT');
  expect([cache.count, cache.bytes, source.latest]).toEqual([0, 0, null]);
});

test('a view outlives eviction, forgetting and the file itself, and then its memory goes', async () => {
  const { cache, file } = setUp({ windowsMax: 1 });
  const before = await collected(0);
  const source = file('a', STEP);
  let view: Uint8Array | null = cache.window(source, 0, STEP, STEP).bytes.subarray(1000, 1004);
  cache.window(file('b', STEP), 0, 4, STEP);
  rmSync(source.path);
  cache.forget(source);
  globalThis.gc!();
  expect(Buffer.from(view).readUInt32BE()).toBe(1000);
  expect(native.counters().mappings).toBeGreaterThan(before);
  view = null;
  cache.forget(source);
  // The window of `b` is still in the cache.
  expect(await collected(before + 1)).toBeLessThanOrEqual(before + 1);
});

test('forgetting a source lets all its windows go, and a later read maps anew', () => {
  const { cache, file } = setUp();
  const source = file('a', 10 * STEP);
  const window = cache.window(source, 0, 4, 10 * STEP);
  cache.window(source, 5 * STEP, 6 * STEP, 10 * STEP);
  cache.forget(source);
  expect([cache.count, cache.bytes, source.latest, source.windows.size]).toEqual([0, 0, null, 0]);
  expect(cache.window(source, 0, 4, 10 * STEP)).not.toBe(window);
});

test('a source that names its file maps no other that stands in its place', () => {
  const { cache, file } = setUp();
  const source = file('a', 4 * STEP);
  source.inode = statSync(source.path).ino;
  const window = cache.window(source, 0, 100, 4 * STEP);
  writeFileSync(`${source.path}.new`, 'short');
  renameSync(`${source.path}.new`, source.path);
  expect(cache.window(source, 0, 100, 4 * STEP)).toBe(window);
  expect(() => cache.window(source, 3 * STEP, 3 * STEP + 100, 4 * STEP)).toThrow(expect.toSatisfy(isStale));
  expect([cache.count, window.view.getUint32(96)]).toEqual([1, 96]);
});

test('a whole file is as long as it is when it is opened', () => {
  const { cache, file } = setUp();
  const whole = new WholeFile<number>(file('a', WHOLE_COPIED_MAX + 8).path);
  expect(cache.whole(whole, (bytes) => bytes.length)).toBe(WHOLE_COPIED_MAX + 8);
  expect(whole.size).toBe(WHOLE_COPIED_MAX + 8);
});
