import { readFileSync, statSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { DiskFile } from '#millrace/file/disk-file.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { GrowingIndexes } from '#millrace/segment/growing-indexes.js';
import { SegmentWriter, type WriterOptions } from '#millrace/segment/segment-writer.js';
import { Segment } from '#millrace/segment/segment.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const settings = { segmentBytes: 10_000, segmentMs: 1000 };

function writerOf(
  options: Partial<WriterOptions> = {},
  indexSettings = { intervalBytes: 150, bytesMax: 1 << 20 },
): SegmentWriter {
  const system = new DiskFileSystem();
  const segment = new Segment({ system, cache: new WindowCache(system) }, temporaryDirectory(), 100, 0);
  system.open(segment.path('.log'), 'w+').close();
  const indexes = GrowingIndexes.empty(indexSettings, 100);
  const writer = new SegmentWriter({ system, cache: new WindowCache(system) }, segment, indexes, {
    segmentBytes: settings.segmentBytes,
    now: 5000,
    ...options,
  });
  onTestFinished(() => {
    writer.abandon();
    system.close();
  });
  return writer;
}

/** Writes `size` bytes as if they were a batch. */
function add(writer: SegmentWriter, size: number, lastOffset: number, timestamp: number): void {
  const { tail } = writer;
  tail.cover(tail.end, tail.end + size);
  tail.window.bytes.fill(1, tail.end - tail.window.start, tail.end - tail.window.start + size);
  writer.add(size, lastOffset, timestamp);
  writer.publish();
}

test('the file is opened at the first use of the tail', () => {
  const writer = writerOf();
  expect([writer.openFile, writer.step]).toEqual([null, undefined]);
  expect(writer.tail.end).toBe(0);
  expect(writer.openFile?.path).toBe(writer.segment.path('.log'));
});

test('what was added is seen when it is published, not before', () => {
  const writer = writerOf();
  writer.tail.cover(0, 100);
  writer.add(60, 100, 5);
  writer.add(40, 101, 6);
  expect(writer.segment.size).toBe(0);
  writer.publish();
  expect([writer.segment.size, writer.tail.end]).toEqual([100, 100]);
});

test('a segment rolls by size, by age, by a full index and by offsets that no index can hold', () => {
  const writer = writerOf();
  const rolls = (size: number, timestamp: number, lastOffset: number, now = 5000): boolean =>
    writer.shouldRoll(settings, size, timestamp, lastOffset, now);
  // An empty one never does for size or age.
  expect(rolls(1e9, 1e9, 101, 1e9)).toBe(false);
  add(writer, 4000, 105, 7000);
  expect([rolls(6000, 7000, 110), rolls(6001, 7000, 110)]).toEqual([false, true]);
  expect([rolls(0, 8000, 110), rolls(0, 8001, 110)]).toEqual([false, true]);
  expect([rolls(0, 7000, 100 + 0x7fff_ffff), rolls(0, 7000, 101 + 0x7fff_ffff)]).toEqual([false, true]);
  const full = writerOf({}, { intervalBytes: 0, bytesMax: 24 });
  add(full, 100, 100, 1);
  add(full, 100, 101, 2);
  expect(full.shouldRoll(settings, 0, 2, 102, 5000)).toBe(true);
});

test('without a timestamp in its first batch a segment ages by the clock', () => {
  const writer = writerOf();
  add(writer, 100, 100, -1);
  expect(writer.shouldRoll(settings, 0, 99_999, 101, 6000)).toBe(false);
  expect(writer.shouldRoll(settings, 0, 5000, 101, 6001)).toBe(true);
});

test('index entries reach their files when they are persisted, once', () => {
  const writer = writerOf();
  for (let i = 0; i < 6; i++) add(writer, 100, 100 + i, 1000 + i);
  const files = writer.persistIndexes();
  expect(files.map((file) => file.path)).toEqual([writer.segment.path('.index'), writer.segment.path('.timeindex')]);
  for (const file of files) file.close();
  expect(statSync(writer.segment.path('.index')).size).toBe(writer.indexes.offsets.count * 8);
  expect(writer.persistIndexes()).toEqual([]);
});

test('a sealed segment has files of exact length, a last time entry, and no writer’s window', () => {
  const writer = writerOf();
  for (let i = 0; i < 6; i++) add(writer, 100, 100 + i, 1000 + i);
  const files = writer.seal();
  for (const file of files) file.close();
  const { segment } = writer;
  expect(statSync(segment.path('.log')).size).toBe(600);
  expect(readFileSync(segment.path('.index'))).toHaveLength(writer.indexes.offsets.count * 8);
  expect(readFileSync(segment.path('.timeindex')).readBigInt64BE((writer.indexes.times.count - 1) * 12)).toBe(1005n);
  expect([segment.growing, writer.openFile, segment.maxTimestamp]).toEqual([null, null, 1005]);
});

test('another segment.bytes counts for the tail that is open, and for one opened later', () => {
  for (const early of [true, false]) {
    const writer = writerOf({ segmentBytes: 1000 });
    if (early) add(writer, 100, 100, 1);
    writer.configure(5000);
    const { end } = writer.tail;
    expect([writer.tail.cover(end, 5000), writer.tail.cover(end, 5001)]).toEqual([true, false]);
  }
});

test('a file that is left ends with its last batch; that it cannot be cut is no matter', () => {
  const writer = writerOf();
  add(writer, 700, 100, 1);
  const path = writer.segment.path('.log');
  expect(statSync(path).size).toBeGreaterThan(700);
  writer.leave();
  expect([statSync(path).size, writer.openFile]).toEqual([700, null]);

  const failing = writerOf();
  add(failing, 700, 100, 1);
  const truncate = vi.spyOn(DiskFile.prototype, 'truncate').mockImplementation(() => {
    throw new MillraceError('ERR_MILLRACE_IO', 'the disk has failed');
  });
  failing.leave();
  truncate.mockRestore();
  expect(failing.openFile).toBeNull();
});
