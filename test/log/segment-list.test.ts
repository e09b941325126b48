import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { indexSettings, SegmentList } from '#millrace/log/segment-list.js';
import { segmentFile } from '#millrace/segment/segment-files.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

/** Segments at these offsets, each with one batch counted (not written) of the given largest timestamp. */
function listOf(...segments: [baseOffset: number, timestamp: number][]): SegmentList {
  const system = new DiskFileSystem();
  const list = new SegmentList({ system, cache: new WindowCache(system) }, temporaryDirectory());
  for (const [baseOffset, timestamp] of segments) {
    for (const file of list.roll(baseOffset, DEFAULT_LOG_SETTINGS, 0)) file.close();
    list.writer.add(100, baseOffset, timestamp);
    list.active.published(100, 100);
  }
  return list;
}

test('the segment of an offset is the last one that begins at or before it', () => {
  const list = listOf([10, 1], [20, 1], [50, 1]);
  const asked = [10, 19, 20, 49, 50, 1e9, 0, 20, 10];
  expect(asked.map((offset) => list.slotOf(offset))).toEqual([0, 0, 1, 1, 2, 2, 0, 1, 0]);
  list.remove(0, 1);
  expect([10, 20, 49, 50].map((offset) => list.slotOf(offset))).toEqual([0, 0, 0, 1]);
});

test('a segment that is taken out at the end is not found any more', () => {
  const list = listOf([10, 1], [20, 1], [50, 1]);
  expect(list.slotOf(60)).toBe(2);
  list.pop();
  expect([60, 20, 10].map((offset) => list.slotOf(offset))).toEqual([1, 1, 0]);
  list.remove(1, 2);
  expect(list.slotOf(60)).toBe(0);
});

test('the segment of a time is the first one that has a record as late, whatever the order', () => {
  const list = listOf([0, 300], [10, 100], [20, 500], [30, 400], [40, 600]);
  const asked = [0, 300, 301, 500, 501, 600, 601];
  expect(asked.map((time) => list.slotOfTimestamp(time))).toEqual([0, 0, 2, 2, 4, 4, 5]);
  list.remove(0, 3);
  expect([300, 400, 401, 601].map((time) => list.slotOfTimestamp(time))).toEqual([0, 0, 1, 2]);
});

test('segments out of order are our own bug', () => {
  const list = listOf([10, 1]);
  expect(() => list.roll(10, DEFAULT_LOG_SETTINGS, 0)).toThrow();
  expect(() => list.roll(5, DEFAULT_LOG_SETTINGS, 0)).toThrow('millrace bug');
});

test('a roll that cannot create its file leaves the list as it was', () => {
  const list = listOf([10, 1]);
  const { active, writer } = list;
  mkdirSync(segmentFile(list.directory, 20, '.log'));
  expect(() => list.roll(20, DEFAULT_LOG_SETTINGS, 0)).toThrow('EEXIST');
  expect([list.count, list.active, list.writer]).toEqual([1, active, writer]);
});

test('what is removed has no files any more, and the writer goes with the last segment', () => {
  const list = listOf([10, 1], [20, 1], [30, 1]);
  list.remove(1, 3);
  expect([list.count, list.hasWriter]).toEqual([1, false]);
  expect(list.environment.system.list(list.directory).every(({ name }) => name.includes('10.'))).toBe(true);
  expect(() => list.writer).toThrow('millrace bug');
});

test('index settings are the log’s', () => {
  expect(indexSettings(DEFAULT_LOG_SETTINGS)).toEqual({ intervalBytes: 4096, bytesMax: 10 * 1024 * 1024 });
});
