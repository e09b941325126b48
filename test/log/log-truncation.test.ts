import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeProducerSnapshot } from '#millrace/log/producer-snapshot.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

/** Four segments of five batches of two records. */
function filled(): { rig: TempLog; points: [number, number][] } {
  const points: [number, number][] = [];
  const rig = new TempLog({ indexIntervalBytes: 100 }, { beforeCut: (...point) => points.push(point) });
  for (let i = 0; i < 20; i++) {
    rig.log.append(numbered(2, i * 2, 30), { leaderEpoch: Math.floor(i / 3) });
    if (i % 5 === 4 && i < 19) rig.log.roll();
  }
  return { rig, points };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const numbers = (rig: TempLog): number[] => rig.values().map((value) => Number.parseInt(value));

test('after a cut at any offset the log is a prefix that ends before it, writable and right after a new start', async () => {
  for (let offset = 0; offset <= 40; offset++) {
    const { rig } = filled();
    const end = offset - (offset % 2);
    expect(rig.log.truncateTo(offset)).toBe(end);
    expect(rig.log.endOffset).toBe(end);
    expect(numbers(rig)).toEqual(range(0, end));
    expect(rig.log.leaderEpochs.entries.every(({ startOffset }) => startOffset < end || end === 0)).toBe(true);
    rig.log.append(numbered(3, end), { leaderEpoch: 90 });
    await rig.reopen();
    expect(numbers(rig)).toEqual(range(0, end + 3));
    expect(rig.crash().damage).toBeNull();
    expect(numbers(rig)).toEqual(range(0, end + 3));
  }
}, 60_000);

test('a cut leaves the files as if the rest had never been written', async () => {
  const { rig } = filled();
  rig.log.truncateTo(14);
  await rig.log.close();
  const short = new TempLog({ indexIntervalBytes: 100 });
  for (let i = 0; i < 7; i++) {
    short.log.append(numbered(2, i * 2, 30), { leaderEpoch: Math.floor(i / 3) });
    if (i === 4) short.log.roll();
  }
  await short.log.close();
  expect(rig.contents([''])).toEqual(short.contents(['']));
});

test('a view of what is cut away stays as it was', () => {
  const { rig } = filled();
  const run = rig.log.read(30);
  const before = Buffer.from(run.bytes);
  rig.log.truncateTo(10);
  rig.log.append(numbered(50, 10, 500));
  globalThis.gc!();
  expect(run.bytes.equals(before)).toBe(true);
});

test('after a cut through the gap between two batches of a leader the log ends with its last record, now and after a new start', async () => {
  const rig = new TempLog();
  for (const baseOffset of [0, 10]) {
    rig.log.appendBatches(readyBatches(numbered(2, baseOffset), { baseOffset }), { from: 'leader' });
  }
  expect(rig.log.truncateTo(7)).toBe(2);
  expect(rig.values()).toEqual(['0', '1']);
  await rig.reopen();
  expect(rig.log.endOffset).toBe(2);
  expect(rig.log.append(numbered(1, 2)).baseOffset).toBe(2);
  expect(rig.values()).toEqual(['0', '1', '2']);
});

test('a cut at or past the end removes epochs without records (KAFKA-10706) and nothing else', () => {
  const { rig, points } = filled();
  rig.log.leaderEpochs.assign(50, 40);
  expect(rig.log.truncateTo(40)).toBe(40);
  expect(rig.log.truncateTo(90)).toBe(40);
  expect(rig.log.leaderEpochs.latest).toBe(6);
  expect(rig.log.segmentCount).toBe(4);
  expect(points).toEqual([]);
});

test('the recovery point is told before anything is cut, and is never above the cut', async () => {
  const { rig, points } = filled();
  await rig.log.flush();
  expect(rig.log.durableOffset).toBe(40);
  rig.log.truncateTo(21);
  expect(points.at(-1)).toEqual([20, 0]);
  expect(rig.log.durableOffset).toBe(20);
  rig.log.truncateFullyAndStartAt(5);
  expect(points.at(-1)?.[0]).toBeLessThanOrEqual(5);
  rig.log.append(numbered(10, 5));
  expect(rig.log.durableOffset).toBeLessThanOrEqual(5);
});

test('a cut below the log start begins the log anew there', () => {
  const { rig } = filled();
  rig.log.deleteRecords(25);
  expect(rig.log.truncateTo(3)).toBe(3);
  expect([rig.log.startOffset, rig.log.endOffset, rig.log.segmentCount]).toEqual([3, 3, 1]);
  expect(rig.log.append(numbered(1)).baseOffset).toBe(3);
});

test('truncateFullyAndStartAt leaves one empty segment, no epochs, and a log that goes on', async () => {
  for (const offset of [0, 10, 40, 5000]) {
    const { rig } = filled();
    expect(rig.log.truncateFullyAndStartAt(offset)).toBe(offset);
    expect([rig.log.startOffset, rig.log.endOffset, rig.log.size, rig.log.segmentCount]).toEqual([
      offset,
      offset,
      0,
      1,
    ]);
    expect(rig.log.leaderEpochs.entries).toEqual([]);
    expect(readFileSync(rig.path('leader-epoch-checkpoint'), 'utf8')).toBe('0\n0\n');
    rig.log.append(numbered(2, offset));
    await rig.reopen();
    expect(numbers(rig)).toEqual([offset, offset + 1]);
    expect(rig.names('.log')).toHaveLength(1);
    // Twice at the place where it is already: the new segment must survive it.
    rig.log.truncateFullyAndStartAt(rig.log.startOffset);
    expect(rig.log.append(numbered(1)).baseOffset).toBe(offset);
  }
});

test.each([-1, 1.5, Number.NaN, '3'])('a cut at %j is refused', (offset) => {
  const { rig } = filled();
  expect(() => rig.log.truncateTo(offset as number)).toThrow('offset must be');
  expect(() => rig.log.truncateFullyAndStartAt(offset as number)).toThrow('offset must be');
  expect(rig.log.endOffset).toBe(40);
});

test('what was cut is durable at once: the file has its length and no temporary file is left', () => {
  const { rig } = filled();
  rig.log.truncateTo(33);
  expect(statSync(rig.path('00000000000000000030.log')).size).toBe(
    rig.log.segmentCount === 4 ? rig.log.read(30).size : -1,
  );
  expect(rig.names('.cleaned')).toEqual([]);
  expect(rig.names('.log')).toHaveLength(4);
});

test('producer snapshots past the new end go with the records that they tell of', () => {
  const { rig } = filled();
  const snapshot = (offset: number): string => `${String(offset).padStart(20, '0')}.snapshot`;
  for (const offset of [10, 20, 25, 40]) writeFileSync(join(rig.log.directory, snapshot(offset)), 'x');
  rig.log.truncateTo(22);
  expect(rig.names('.snapshot')).toEqual([snapshot(10), snapshot(20)]);
  rig.log.truncateFullyAndStartAt(60);
  expect(rig.names('.snapshot')).toEqual([]);
});

test('recovery removes producer snapshots past the end that it found', () => {
  const { rig } = filled();
  const snapshot = (offset: number): string => `${String(offset).padStart(20, '0')}.snapshot`;
  const bytes = encodeProducerSnapshot([]);
  for (const offset of [30, 40, 41]) writeFileSync(join(rig.log.directory, snapshot(offset)), bytes);
  rig.crash();
  expect(rig.names('.snapshot')).toEqual([snapshot(30), snapshot(40)]);
});
