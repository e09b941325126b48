/** The tail where windows are copies: what is in the file, and when. */
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CopyingDisk, type CopyingFile } from '#millrace/file/copying-disk.js';
import { COPIED_RESERVE_STEP_MAX, RESERVE_STEP_MIN } from '#millrace/limits.js';
import { SegmentTail } from '#millrace/segment/segment-tail.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const MIB = 1024 * 1024;

function setUp(sizeMax = 1 << 30): { tail: SegmentTail; file: CopyingFile; path: string } {
  const system = new CopyingDisk();
  const path = join(temporaryDirectory(), 'tail.log');
  closeSync(openSync(path, 'a+'));
  const file = system.open(path, 'r+');
  const tail = new SegmentTail(system, file, { end: 0, sizeMax });
  onTestFinished(() => tail.abandon());
  return { tail, file, path };
}

/** Fills [from, to) of the tail's window. */
function fill(tail: SegmentTail, from: number, to: number, value: number): void {
  const { bytes, start } = tail.window;
  bytes.fill(value, from - start, to - start);
}

function publish(tail: SegmentTail, to: number, value: number): void {
  const { end } = tail;
  tail.cover(end, to);
  fill(tail, end, to, value);
  tail.store(end, to);
  tail.advance(to);
}

test('the file gets what is stored, and only that', () => {
  const { tail, path } = setUp();
  tail.cover(0, 100);
  fill(tail, 0, 100, 7);
  expect(readFileSync(path).every((byte) => byte === 0)).toBe(true);
  tail.store(10, 20);
  const bytes = readFileSync(path);
  expect([bytes[9], bytes[10], bytes[19], bytes[20]]).toEqual([0, 7, 7, 0]);
});

test('readers may be shown what is published, and not what is reserved', () => {
  const { tail } = setUp();
  publish(tail, 100, 1);
  expect(tail.reserved).toBe(RESERVE_STEP_MIN);
  expect(tail.mappable(100)).toBe(100);
});

test('bytes that are not stored yet move along when the window grows', () => {
  const { tail, path } = setUp();
  publish(tail, 5000, 1);
  let to = 5000;
  let grown = 0;
  while (to < MIB) {
    const window = tail.window;
    tail.cover(5000, to + 10_000);
    if (tail.window !== window) grown++;
    fill(tail, to, to + 10_000, 1 + (to % 251));
    to += 10_000;
  }
  // Windows double, whatever the step: an append is copied about once, not once a step.
  expect(grown).toBeGreaterThan(2);
  expect(grown).toBeLessThan(8);
  tail.store(5000, to);
  const bytes = readFileSync(path);
  for (let at = 5000; at < to; at += 10_000) {
    expect([bytes[at], bytes[at + 9_999]]).toEqual([1 + (at % 251), 1 + (at % 251)]);
  }
  expect(bytes[4999]).toBe(1);
});

test('windows stay small, and the file grows by all of what is published', () => {
  const { tail, path } = setUp();
  for (let end = 0; end < 4 * MIB; end = tail.end) {
    publish(tail, end + 50_000, (end / 50_000) % 256);
    expect(tail.window.length).toBeLessThan(COPIED_RESERVE_STEP_MAX + 100_000);
  }
  expect(tail.step).toBe(COPIED_RESERVE_STEP_MAX);
  const { end } = tail;
  tail.trim();
  expect(statSync(path).size).toBe(end);
  const bytes = readFileSync(path);
  for (let at = 0; at < end; at += 50_000) expect(bytes[at]).toBe((at / 50_000) % 256);
});

test('an append that reaches the largest size is covered, and one past it is not', () => {
  const { tail } = setUp(100_000);
  expect(tail.cover(0, 100_000)).toBe(true);
  expect(tail.reserved).toBe(100_000);
  expect(tail.cover(0, 100_001)).toBe(false);
});

test('when storing fails the file ends where it did, and the tail goes on', () => {
  const { tail, file, path } = setUp();
  publish(tail, 1000, 1);
  const write = file.write.bind(file);
  file.write = (bytes, start, end, position) => {
    write(bytes, start, start + (end - start) / 2, position);
    throw new Error('half of it');
  };
  tail.cover(1000, 3000);
  fill(tail, 1000, 3000, 2);
  expect(() => tail.store(1000, 3000)).toThrow('half of it');
  expect([statSync(path).size, tail.end]).toEqual([1000, 1000]);
  tail.discard(1000, 3000);
  file.write = write;
  publish(tail, 1500, 3);
  const bytes = readFileSync(path);
  expect([bytes[999], bytes[1000], bytes[1499], bytes[1500], bytes[2000]]).toEqual([1, 3, 3, 0, 0]);
});
