/** A log on copies beside one on mappings: the same files, and the same reads; and what a failed write of an append leaves. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { fromSystemError } from '#millrace/errors.js';
import { CopyingDisk, type CopyingFile } from '#millrace/file/copying-disk.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import type { FileSystem, OpenMode } from '#millrace/file/file-system.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { FollowedLog } from '#millrace/log/log-follower.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import { BATCH_LOG_OVERHEAD } from '#millrace/limits.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const SUFFIXES = ['.log', '.index', '.timeindex', '-checkpoint'];
const SETTINGS = { segmentBytes: 300_000, indexIntervalBytes: 500, maxMessageBytes: 20_000 };

/** Everything that puts bytes into a log, with sizes on both sides of windows, batches and segments. */
function live({ log, clock }: TempLog): void {
  for (const count of [1, 10, 300, 3, 1000]) {
    log.append(numbered(count, log.endOffset, 60));
    clock.advance(10);
  }
  log.append(numbered(40, log.endOffset, 5000));
  log.append(numbered(100, log.endOffset, 100), { compression: 'gzip' });
  log.appendBatches(readyBatches(numbered(500, 0, 100), { batchBytesMax: 5000 }), { leaderEpoch: 1 });
  expect(() => log.append([{ value: 'fine' }, { value: 7 as unknown as string }])).toThrow();
  expect(() => log.append(numbered(1000, 0, 1000))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }),
  );
  log.append(numbered(2, log.endOffset), { leaderEpoch: 2 });
  log.truncateTo(log.endOffset - 200);
  for (let i = 0; i < 200; i++) log.append(numbered(3, log.endOffset, 700));
  log.appendBatches(readyBatches(numbered(50), { baseOffset: log.endOffset, leaderEpoch: 5 }), { from: 'leader' });
}

test('the files are the same, byte for byte: while they are written, after a kill, and after a clean stop', async () => {
  const mapped = new TempLog(SETTINGS, { system: new DiskFileSystem() });
  const copied = new TempLog(SETTINGS, { system: new CopyingDisk() });
  for (const rig of [mapped, copied]) live(rig);
  expect(copied.names()).toEqual(mapped.names());
  const { size } = mapped.log;
  expect(copied.log.size).toBe(size);
  const active = mapped.names('.log').at(-1)!;
  const published = (rig: TempLog): Buffer => {
    const bytes = readFileSync(rig.path(active));
    return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
  };
  expect(published(copied).equals(published(mapped))).toBe(true);
  for (const rig of [mapped, copied]) expect(rig.crash().damage).toBeNull();
  expect(copied.contents(SUFFIXES)).toEqual(mapped.contents(SUFFIXES));
  for (const rig of [mapped, copied]) {
    rig.log.append(numbered(700, rig.log.endOffset, 90));
    await rig.reopen();
    rig.log.append(numbered(7, rig.log.endOffset, 90));
    await rig.log.close();
  }
  expect(Object.keys(mapped.contents(['.log'])).length).toBeGreaterThan(2);
  expect(copied.contents(SUFFIXES)).toEqual(mapped.contents(SUFFIXES));
});

test('reads and times are the same, at once and from the other thread', async () => {
  const mapped = new TempLog(SETTINGS, { system: new DiskFileSystem() });
  const copied = new TempLog(SETTINGS, { system: new CopyingDisk() });
  for (const rig of [mapped, copied]) live(rig);
  const { startOffset, endOffset } = mapped.log;
  for (let offset = startOffset; offset <= endOffset; offset += 97) {
    for (const maxBytes of [0, 3000, 1 << 20]) {
      const expected = mapped.log.read(offset, { maxBytes });
      const found = copied.log.read(offset, { maxBytes });
      expect([found.size, found.nextOffset]).toEqual([expected.size, expected.nextOffset]);
      expect(found.bytes.equals(expected.bytes)).toBe(true);
      copied.log.read(startOffset, { maxBytes: 0 });
      expect((await copied.log.readAsync(offset, { maxBytes })).bytes.equals(expected.bytes)).toBe(true);
    }
  }
  for (let time = mapped.clock.now() - 60; time <= mapped.clock.now() + 1; time++) {
    expect(copied.log.offsetForTimestamp(time)).toEqual(mapped.log.offsetForTimestamp(time));
  }
  expect(copied.log.offsetOfMaxTimestamp()).toEqual(mapped.log.offsetOfMaxTimestamp());
});

test('a reader at the tail sees each append, and what it holds stays as it was', () => {
  const rig = new TempLog({}, { system: new CopyingDisk() });
  const held: Buffer[] = [];
  for (let i = 0; i < 500; i++) {
    rig.log.append(numbered(1, i, i % 300));
    const run = rig.log.read(i);
    expect(run.nextOffset).toBe(i + 1);
    held.push(run.bytes);
  }
  const bytes = readFileSync(rig.path(rig.names('.log')[0]));
  expect(Buffer.concat(held).equals(bytes.subarray(0, rig.log.size))).toBe(true);
});

/** Lets `failing` decide, by the bytes that it would write, whether a write of the log breaks off in the middle. */
class BreakingDisk extends CopyingDisk {
  failing: (length: number) => boolean = () => false;

  override open(path: string, mode: OpenMode): CopyingFile {
    const file = super.open(path, mode);
    const write = file.write.bind(file);
    file.write = (bytes, start, end, position) => {
      if (!path.endsWith('.log') || !this.failing(end - start)) return write(bytes, start, end, position);
      write(bytes, start, end - Math.ceil((end - start) / 10), position);
      const error = Object.assign(new Error('full'), { code: 'ENOSPC', errno: -28, syscall: 'pwrite', path });
      throw fromSystemError(error);
    };
    return file;
  }
}

function follow(rig: TempLog, system: FileSystem): FollowedLog {
  const environment = { system, cache: new WindowCache(system) };
  const log = FollowedLog.open(environment, rig.directory, {
    settings: rig.settings,
    startOffset: () => 0,
    isPresent: () => true,
    news: new NewsWatch(rig.clock),
  });
  onTestFinished(() => log.close());
  return log;
}

test('a read copies about what it returns, however small the batches are and wherever it begins', async () => {
  let copied = 0;
  class CountingDisk extends CopyingDisk {
    override open(path: string, mode: OpenMode): CopyingFile {
      const file = super.open(path, mode);
      const mapPrivate = file.mapPrivate.bind(file);
      return Object.assign(file, {
        mapPrivate: (at: number, size: number) => ((copied += size), mapPrivate(at, size)),
      });
    }
  }
  const rig = new TempLog({ segmentBytes: 1 << 20 }, { system: new CountingDisk() });
  for (let i = 0; i < 20_000; i++) rig.log.append(numbered(1, i, 100));
  for (const maxBytes of [0, 10_000, 100_000, 500_000]) {
    for (let offset = 0; offset < 20_000; offset += 2500) {
      copied = 0;
      rig.log.read(offset, { maxBytes });
      expect(copied, `read of ${maxBytes} at ${offset}`).toBeLessThan(maxBytes * 1.1 + 120_000);
    }
  }
  // And nothing on this thread where another one has done it.
  await rig.log.readAsync(7000, { maxBytes: 200_000 });
  copied = 0;
  rig.log.read(7000, { maxBytes: 200_000 });
  await rig.log.readAsync(12_000, { maxBytes: 200_000 });
  expect(copied).toBe(0);
});

test('another process sees all batches of an append or none, whatever of it is written', () => {
  const system = new BreakingDisk();
  const rig = new TempLog({ maxMessageBytes: 1000 }, { system });
  const follower = follow(rig, new DiskFileSystem());
  const between: number[] = [];
  system.failing = () => {
    between.push(follower.refresh());
    return false;
  };
  rig.log.append(numbered(40, 0, 80));
  rig.log.appendBatches(readyBatches(numbered(40, 0, 80), { batchBytesMax: 1000 }));
  // Before the body and before the first length, of each append.
  expect(between).toEqual([0, 0, 40, 40]);
  expect(follower.refresh()).toBe(80);
});

const breaks: [string, (length: number) => boolean][] = [
  ['its body', (length) => length > BATCH_LOG_OVERHEAD],
  ['its first length', (length) => length <= BATCH_LOG_OVERHEAD],
];

test.each(breaks)('an append whose write breaks off in %s is as if it had not been', async (_, failing) => {
  const system = new BreakingDisk();
  const rig = new TempLog({ maxMessageBytes: 1000, indexIntervalBytes: 200 }, { system });
  const followers = [follow(rig, new CopyingDisk()), follow(rig, new DiskFileSystem())];
  rig.log.append(numbered(30, 0, 80));
  const refused = expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' });
  const ends = (): number[] => [rig.log.endOffset, ...followers.map((log) => log.refresh())];
  system.failing = failing;
  for (const append of [
    () => rig.log.append(numbered(40, 100, 80)),
    () => rig.log.appendBatches(readyBatches(numbered(40, 100, 80), { batchBytesMax: 1000 })),
  ]) {
    expect(append).toThrow(refused);
    expect(ends()).toEqual([30, 30, 30]);
    expect(rig.values()).toHaveLength(30);
  }
  system.failing = () => false;
  // As long as the first batch of what failed: whatever that left behind it would be taken for a batch now.
  rig.log.append(numbered(9, 30, 80));
  expect(ends()).toEqual([39, 39, 39]);
  expect(rig.crash().endOffset).toBe(39);
  expect(rig.values().map((value) => Number.parseInt(value))).toEqual(Array.from({ length: 39 }, (_x, i) => i));
  await rig.reopen();
  expect(rig.log.endOffset).toBe(39);
});

test('a disk that fails takes the directory offline, and what was published stays', () => {
  const system = new BreakingDisk();
  const rig = new TempLog({}, { system });
  rig.log.append(numbered(3));
  system.failing = () => {
    throw fromSystemError(
      Object.assign(new Error('bad sector'), { code: 'EIO', errno: -5, syscall: 'pwrite', path: rig.directory }),
    );
  };
  expect(() => rig.log.append(numbered(3, 3))).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' }));
  expect(() => rig.log.append(numbered(3, 3))).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' }));
  expect(rig.values()).toEqual(['0', '1', '2']);
});
