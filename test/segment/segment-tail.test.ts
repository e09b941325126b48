import { openSync, closeSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import type { DiskFile } from '#millrace/file/disk-file.js';
import { RESERVE_STEP_MAX, RESERVE_STEP_MIN } from '#millrace/limits.js';
import { SegmentTail } from '#millrace/segment/segment-tail.js';
import { SmallDisk, noSmallDisk, testOnSmallDisk } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const MIB = 1024 * 1024;

interface Options {
  readonly directory?: string;
  readonly sizeMax?: number;
  readonly firstStep?: number;
  readonly clock?: { ms: number };
}

function tailOf({
  directory = temporaryDirectory(),
  sizeMax = 1 << 30,
  firstStep,
  clock = { ms: 0 },
}: Options = {}): SegmentTail & {
  path: string;
} {
  const system = new DiskFileSystem();
  const path = join(directory, 'tail.log');
  closeSync(openSync(path, 'a+'));
  const tail = new SegmentTail(system, system.open(path, 'r+'), {
    end: 0,
    sizeMax,
    firstStep,
    now: () => clock.ms,
  });
  onTestFinished(() => {
    tail.abandon();
    system.close();
  });
  return Object.assign(tail, { path });
}

/** Writes `size` bytes of one value at the end, in pieces that need not lie in the window yet. */
function write(tail: SegmentTail, size: number, value: number): boolean {
  const { end } = tail;
  if (!tail.cover(end, end + size)) return false;
  const { bytes, start } = tail.window;
  bytes.fill(value, end - start, end - start + size);
  tail.advance(end + size);
  return true;
}

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing';
}

test('what is published is settled', () => {
  const tail = tailOf();
  write(tail, 100, 1);
  expect(tail.file.settled).toBe(100);
  tail.cover(100, 300);
  expect(tail.file.settled).toBe(100);
  write(tail, 3 * MIB, 1);
  expect(tail.file.settled).toBe(100 + 3 * MIB);
});

test('the first reservation is small, and steps double up to the largest', () => {
  const tail = tailOf();
  const steps: number[] = [];
  let before = 0;
  while (steps.length < 12) {
    write(tail, Math.max(tail.reserved - tail.end, 0) + 1, 1);
    if (tail.reserved === before) continue;
    steps.push(tail.reserved - before);
    before = tail.reserved;
  }
  expect(steps[0]).toBe(RESERVE_STEP_MIN);
  for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeLessThanOrEqual(RESERVE_STEP_MAX);
  expect(steps.at(-1)).toBe(RESERVE_STEP_MAX);
  for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeGreaterThanOrEqual(steps[i - 1]);
});

test('what was written through moving windows, prepared ones too, stands in the file', () => {
  const tail = tailOf({ firstStep: MIB });
  let value = 0;
  const pieces: number[] = [];
  // Pieces of 300,000 bytes lie across the borders of pages and of windows.
  while (tail.end < 24 * MIB) {
    value = (value % 250) + 1;
    write(tail, 300_000, value);
    pieces.push(value);
  }
  tail.trim();
  const content = readFileSync(tail.path);
  expect(content.length).toBe(pieces.length * 300_000);
  pieces.forEach((piece, i) => {
    const part = content.subarray(i * 300_000, (i + 1) * 300_000);
    if (!part.every((byte) => byte === piece)) throw new Error(`piece ${i} is not what was written`);
  });
});

test('what is prepared for a file that is flushed all the time leaves nothing for its flushes to write', () => {
  const clock = { ms: 0 };
  const tail = tailOf({ clock });
  const file = tail.file as DiskFile;
  const asked: boolean[] = [];
  const prepare = file.prepare.bind(file);
  file.prepare = (fileSize, start, populate, clean = false) => {
    asked.push(clean);
    return prepare(fileSize, start, populate, clean);
  };
  const writeUntilPrepared = (flushed: boolean): void => {
    const { length } = asked;
    for (let i = 0; asked.length === length; i++) {
      clock.ms++;
      write(tail, 64 * 1024, 1);
      if (!flushed) continue;
      file.retainForFlush();
      file.release();
    }
  };
  writeUntilPrepared(false);
  writeUntilPrepared(true);
  writeUntilPrepared(false);
  expect(asked).toEqual([false, true, false]);
});

test('an append that grows keeps its beginning in the window', () => {
  const tail = tailOf();
  write(tail, 60_000, 1);
  const begin = tail.end;
  for (let size = 1000; size < 20 * MIB; size = Math.ceil(size * 1.7)) {
    expect(tail.cover(begin, begin + size)).toBe(true);
    const { window } = tail;
    expect(window.start).toBeLessThanOrEqual(begin);
    expect(window.start + window.length).toBeGreaterThanOrEqual(begin + size);
    // The part of the last round must still be there.
    if (size > 1000) expect(window.bytes[begin - window.start]).toBe(7);
    window.bytes[begin - window.start] = 7;
  }
});

test('nothing is reserved at or past the largest size', () => {
  const tail = tailOf({ sizeMax: 100_000 });
  expect(tail.cover(0, 100_000)).toBe(true);
  expect(tail.reserved).toBe(100_000);
  expect(statSync(tail.path).size).toBe(100_000);
  expect(tail.cover(0, 100_001)).toBe(false);
  const prepared = tailOf({ sizeMax: 3 * MIB + 5, firstStep: 2 * MIB });
  while (write(prepared, 50_000, 1));
  expect(prepared.end + 50_000).toBeGreaterThan(3 * MIB + 5);
  expect(statSync(prepared.path).size).toBe(3 * MIB + 5);
});

test('another largest size counts from the next reservation on', () => {
  const tail = tailOf({ sizeMax: 100_000 });
  write(tail, 90_000, 1);
  tail.limit(200_000);
  expect(write(tail, 90_000, 2)).toBe(true);
  tail.limit(180_000);
  expect(tail.cover(180_000, 400_000)).toBe(false);
});

test('what was reserved past a smaller largest size is no room, and is again when that grows', () => {
  const tail = tailOf({ firstStep: 2 * MIB });
  write(tail, 50_000, 1);
  expect([tail.reserved, tail.room]).toEqual([2 * MIB, 2 * MIB]);
  tail.limit(100_000);
  expect([tail.reserved, tail.room]).toEqual([2 * MIB, 100_000]);
  expect([tail.cover(50_000, 100_000), tail.cover(50_000, 100_001)]).toEqual([true, false]);
  tail.limit(MIB);
  expect([tail.cover(50_000, MIB), tail.cover(50_000, MIB + 1)]).toEqual([true, false]);
});

test('discard zeroes an append, and only that', () => {
  const tail = tailOf();
  write(tail, 100, 1);
  tail.window.bytes.fill(9, 100, 5000);
  tail.discard(100, 5000);
  tail.discard(300, 200);
  expect(tail.window.bytes.subarray(0, 100).every((byte) => byte === 1)).toBe(true);
  expect(tail.window.bytes.subarray(100).every((byte) => byte === 0)).toBe(true);
  tail.window.bytes.fill(9, 100, 5000);
  tail.discard(100, Infinity);
  expect(tail.window.bytes.subarray(100).every((byte) => byte === 0)).toBe(true);
});

test('trim gives back what was reserved, and the tail can go on', () => {
  const tail = tailOf({ firstStep: 2 * MIB });
  write(tail, 1_500_000, 3);
  tail.trim();
  expect(statSync(tail.path).size).toBe(1_500_000);
  expect(tail.reserved).toBe(1_500_000);
  write(tail, 1_000, 4);
  tail.trim();
  const content = readFileSync(tail.path);
  expect([content.length, content[1_499_999], content[1_500_000]]).toEqual([1_501_000, 3, 4]);
});

const reason = noSmallDisk === null ? '' : ` (skipped: ${noSmallDisk})`;

testOnSmallDisk(`a full disk refuses and changes nothing; with room again it goes on${reason}`, () => {
  const disk = new SmallDisk(4);
  const tail = tailOf({ directory: disk.path });
  write(tail, 10_000, 1);
  const filler = disk.fill();
  const before = statSync(tail.path);
  const { reserved } = tail;
  expect(code(() => tail.cover(10_000, 200_000))).toBe('ERR_MILLRACE_NO_SPACE');
  expect(tail.reserved).toBe(reserved);
  expect(statSync(tail.path).size).toBe(before.size);
  // What is reserved already can still be written.
  expect(write(tail, reserved - 10_000, 2)).toBe(true);
  rmSync(filler);
  expect(write(tail, 200_000, 3)).toBe(true);
  tail.trim();
  const content = readFileSync(tail.path);
  expect([content[0], content[10_000], content.at(-1)]).toEqual([1, 2, 3]);
});

testOnSmallDisk(`a disk without room for a step is used to its last page${reason}`, () => {
  const disk = new SmallDisk(4);
  const tail = tailOf({ directory: disk.path, firstStep: 2 * MIB });
  let written = 0;
  expect(
    code(() => {
      for (;;) {
        write(tail, 1000, 1);
        written += 1000;
      }
    }),
  ).toBe('ERR_MILLRACE_NO_SPACE');
  expect(4 * MIB - written).toBeLessThan(64 * 1024);
  expect(tail.end).toBe(written);
});

testOnSmallDisk(`after a step that found no room the next ones are small again${reason}`, () => {
  const disk = new SmallDisk(4);
  const tail = tailOf({ directory: disk.path, firstStep: 8 * MIB });
  write(tail, 1000, 1);
  // One page, not half the disk: the others need room too.
  expect(tail.reserved).toBe(4096);
  expect(tail.step).toBeLessThanOrEqual(2 * RESERVE_STEP_MIN);
  write(tail, 4096, 1);
  expect(tail.reserved).toBeGreaterThan(2 * 4096);
  expect(disk.freeBytes).toBeGreaterThan(3 * MIB);
});

test.each([
  ['grow for a writer that uses them up at once', 0, 16],
  ['grow for one that takes a tenth of a second', 100, 16],
  ['stay for one that takes half a second', 500, 4],
  ['shrink for one that takes two seconds', 2000, 1],
])('steps %s', (_, lastedMs, expected) => {
  const clock = { ms: 0 };
  const tail = tailOf({ clock, firstStep: 4 * RESERVE_STEP_MIN });
  for (let i = 0; i < 2; i++) {
    clock.ms += lastedMs;
    const to = tail.reserved + 1;
    expect(tail.cover(tail.end, to)).toBe(true);
    tail.advance(to);
  }
  expect(tail.step).toBe(expected * RESERVE_STEP_MIN);
});
