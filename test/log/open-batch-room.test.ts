/** Where open batches stand, and how they get room there: by itself first, then as a batch meets it. */
import { describe, expect, test } from 'vitest';
import type { OpenBatch } from '#millrace/log/open-batch.js';
import { type BatchPlan, OpenBatchRoom } from '#millrace/log/open-batch-room.js';
import type { SegmentList } from '#millrace/log/segment-list.js';
import { BatchBuilder } from '#millrace/record/batch-builder.js';
import type { CompressionName } from '#millrace/types.js';
import { TestOwner } from '../support/batch-owner.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { add, code } from './open-batch-fixture.ts';

/** A batch at the end of a log, of which the log itself does not know; `drops` is what its host was told. */
function roomIn(rig: TempLog, codec: CompressionName = 'none', roll = (): void => rig.log.roll()) {
  const { segments } = rig.log as unknown as { segments: SegmentList };
  const builder = new BatchBuilder();
  const drops: Error[] = [];
  const plan: BatchPlan = {
    baseOffset: rig.log.endOffset,
    leaderEpoch: 0,
    timestamp: rig.clock.now(),
    timestampType: 'CreateTime',
    batchBytesMax: 100_000,
    codec,
    roll: rig.settings,
  };
  const host = { builder, segments, roll, drop: (error: Error) => void drops.push(error) };
  return { room: new OpenBatchRoom(host, plan), builder, segments, drops };
}

/** Adds as many of the records as the room reaches for; returns how many. */
function fill({ room, builder }: ReturnType<typeof roomIn>, count: number): number {
  const records = numbered(count, 0, 100);
  let next = builder.append(records, 0);
  while (next < count && builder.stop === 'window' && room.reach(builder.needed, 1000))
    next = builder.append(records, next);
  return next;
}

test('in the segment a batch begins where the last one ends, and reaches no further than the segment may', () => {
  const rig = new TempLog({ segmentBytes: 20_000 });
  rig.log.append(numbered(10));
  const begin = rig.log.size;
  const made = roomIn(rig);
  const { room, builder, segments } = made;
  expect(room.isPlaced).toBe(true);
  const count = fill(made, 1000);
  expect(count).toBe(builder.count);
  expect(begin + builder.size).toBeGreaterThan(20_000 - 110);
  expect(begin + builder.size).toBeLessThanOrEqual(20_000);
  expect(rig.log.size).toBe(begin);
  room.publish();
  expect(segments.active.size).toBe(begin + builder.size);
  expect(rig.crash()).toMatchObject({ damage: null, endOffset: 10 + count });
});

test('a batch without a record goes on in the next segment, where that has room for it', () => {
  const rig = new TempLog({ segmentBytes: 1024 });
  rig.log.append([{ value: Buffer.alloc(850) }]);
  const { room, builder, drops } = roomIn(rig);
  expect(rig.log.segmentCount).toBe(1);
  expect(room.reach(500, 1000)).toBe(true);
  expect(rig.log.segmentCount).toBe(2);
  expect(builder.position).toBe(0);
  // There is nowhere to go from the beginning of a segment.
  expect(code(() => room.reach(1025, 1000))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.segmentCount).toBe(2);
  expect(drops).toEqual([]);
});

test('where the next segment has no room either, or cannot be made, the batch stands nowhere', () => {
  const rig = new TempLog({ segmentBytes: 1024 });
  rig.log.append([{ value: Buffer.alloc(850) }]);
  const { room, drops } = roomIn(rig);
  expect(code(() => room.reach(2000, 1000))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(room.isPlaced).toBe(false);
  expect(drops).toMatchObject([{ code: 'ERR_MILLRACE_TOO_LARGE' }]);
  rig.log.append([{ value: Buffer.alloc(850) }]);
  const failing = roomIn(rig, 'none', () => {
    throw new Error('no segment');
  });
  expect(() => failing.room.beginNext(1000)).toThrow('no segment');
  expect(failing.room.isPlaced).toBe(false);
  expect(failing.drops).toMatchObject([{ message: 'no segment' }]);
});

test('in memory it grows up to what a batch may be, and is in no segment', () => {
  const rig = new TempLog({ segmentMs: 1000 });
  rig.log.append([{ value: 'a' }]);
  const made = roomIn(rig, 'gzip');
  const { room, builder, segments } = made;
  expect(fill(made, 800)).toBe(800);
  expect(builder.stop).toBe('none');
  expect(room.window.bytes.length).toBeGreaterThanOrEqual(builder.size);
  expect(room.window.bytes.length).toBeLessThanOrEqual(100_000);
  expect(fill(made, 800)).toBeLessThan(800);
  expect(builder.stop).toBe('batch');
  expect(room.isPlaced).toBe(false);
  expect(room.isPastSegment(rig.clock.now() + 5000, rig.clock.now())).toBe(false);
  room.wipe(0, Infinity);
  expect(builder.finish()).toBe(builder.size);
  expect(segments.active.size).toBe(rig.log.size);
});

test('a record is past its segment when that is full of time', () => {
  const rig = new TempLog({ segmentMs: 1000 });
  const now = rig.clock.now();
  rig.log.append([{ value: 'a', timestamp: now }]);
  const { room } = roomIn(rig);
  expect(room.isPastSegment(now + 1000, now)).toBe(false);
  expect(room.isPastSegment(now + 1001, now)).toBe(true);
});

test('what is wiped leaves zeros', () => {
  const rig = new TempLog();
  rig.log.append([{ value: 'a' }]);
  const begin = rig.log.size;
  const made = roomIn(rig);
  fill(made, 10);
  const { room, builder } = made;
  const written = (): Buffer => Buffer.from(room.window.bytes.subarray(begin, begin + builder.size));
  const before = written();
  room.wipe(200, 300);
  const after = written();
  expect(after.subarray(200, 300)).toEqual(Buffer.alloc(100));
  expect(Buffer.concat([after.subarray(0, 200), after.subarray(300)])).toEqual(
    Buffer.concat([before.subarray(0, 200), before.subarray(300)]),
  );
  expect(before.subarray(200, 300).some((byte) => byte !== 0)).toBe(true);
});

describe('a batch', () => {
  test('a full segment says so, and the next batch begins in another one', () => {
    const rig = new TempLog({ segmentBytes: 1024 });
    const values: string[] = [];
    let batch = rig.log.openBatch({ owner: new TestOwner() });
    for (let i = 0; i < 100; i++) {
      const record = { value: `${i}`.padEnd(40) };
      values.push(record.value);
      if (batch.add(record, 1)) continue;
      batch.seal();
      batch = rig.log.openBatch({ owner: new TestOwner() });
      add(batch, record);
    }
    batch.seal();
    expect(rig.values()).toEqual(values);
    expect(rig.log.segmentCount).toBeGreaterThan(3);
    expect(rig.crash().damage).toBeNull();
    expect(rig.values()).toEqual(values);
  });

  test('a record larger than a segment is refused', () => {
    const rig = new TempLog({ segmentBytes: 1024 });
    rig.log.append([{ value: 'a' }]);
    for (const compression of ['none', 'gzip'] as const) {
      const batch = rig.log.openBatch({ owner: new TestOwner(), compression });
      expect(code(() => batch.add({ value: Buffer.alloc(2000) }, 1))).toBe('ERR_MILLRACE_TOO_LARGE');
    }
    rig.log.append([{ value: 'b' }]);
    expect(rig.values()).toEqual(['a', 'b']);
  });

  test('a record whose time lies past segment.ms begins another segment', () => {
    const rig = new TempLog({ segmentMs: 1000 });
    const now = rig.clock.now();
    rig.log.append([{ value: 'a', timestamp: now }]);
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    expect(batch.add({ value: 'b' }, now + 1000)).toBe(true);
    expect(batch.add({ value: 'c' }, now + 1001)).toBe(false);
    batch.seal();
    const next = rig.log.openBatch({ owner: new TestOwner() });
    expect(next.add({ value: 'c' }, now + 1001)).toBe(true);
    next.seal();
    expect(rig.log.segmentCount).toBe(2);
    expect(rig.values()).toEqual(['a', 'b', 'c']);
  });

  test('a batch that grows goes through window after window', () => {
    const rig = new TempLog({ maxMessageBytes: 8 << 20 });
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    const records = numbered(3000, 0, 1000);
    add(batch, ...records);
    expect(batch.size).toBeGreaterThan(3_000_000);
    batch.seal();
    expect(rig.values()).toEqual(records.map(({ value }) => value));
  });

  test('addAll stops where a segment is full or old, and an empty batch goes on in the next one', () => {
    const rig = new TempLog({ segmentBytes: 1024, segmentMs: 1000 });
    const now = rig.clock.now();
    rig.log.append([{ value: 'a'.repeat(850), timestamp: now }]);
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    const records = numbered(10, 0, 100);
    expect(batch.addAll(records, 0, 10, now)).toBe(8);
    expect(batch.addAll(records, 8, 10, now)).toBe(8);
    batch.seal();
    expect(rig.log.segmentCount).toBe(2);
    const next = rig.log.openBatch({ owner: new TestOwner() });
    expect(next.addAll(records, 8, 10, now + 5000)).toBe(8);
    expect(next.add(records[8], now + 5000)).toBe(true);
    next.seal();
    expect(rig.log.segmentCount).toBe(3);
    expect(rig.values().slice(1)).toEqual(records.slice(0, 9).map(({ value }) => value));
  });

  test('that is begun anew in the next segment gives its records the time of their adding, not of its opening', () => {
    for (const settings of [{ segmentBytes: 1024 }, { segmentMs: 1000 }]) {
      const rig = new TempLog(settings);
      const now = rig.clock.now();
      rig.log.append([{ value: Buffer.alloc(850), timestamp: now }]);
      const batch = rig.log.openBatch({ owner: new TestOwner() });
      expect(batch.add({ value: Buffer.alloc(200) }, now + 5000)).toBe(true);
      batch.seal();
      rig.log.append([{ value: Buffer.alloc(700), timestamp: now + 5000 }]);
      const other = rig.log.openBatch({ owner: new TestOwner() });
      if (other.addAll([{ value: Buffer.alloc(200) }], 0, 1, now + 5900) === 1) other.seal();
      expect(rig.log.segmentCount).toBe('segmentMs' in settings ? 2 : 4);
      const times = rig.records().map(({ timestamp }) => timestamp - now);
      expect(times).toEqual([0, 5000, 5000, 5900]);
    }
  });

  test('keeps the segment.bytes that it was opened with, and the next one has the new ones', () => {
    const rig = new TempLog();
    const configure = (segmentBytes: number): void => rig.log.configure({ ...rig.settings, segmentBytes });
    const fillUp = (batch: OpenBatch, most: number): number => {
      let count = 0;
      while (count < most && batch.add({ value: Buffer.alloc(100) }, 1)) count++;
      return count;
    };
    const open = (): OpenBatch => rig.log.openBatch({ owner: new TestOwner() });
    rig.log.append(numbered(1));
    const first = open();
    expect(fillUp(first, 100)).toBe(100);
    configure(8192);
    // It stands in a window that goes further, and nobody has to write it anew.
    expect(fillUp(first, 100)).toBe(100);
    first.seal();
    const second = open();
    expect(fillUp(second, 1000)).toBe(74);
    second.seal();
    const third = open();
    expect(fillUp(third, 10)).toBe(10);
    configure(1 << 20);
    expect(fillUp(third, 1000)).toBe(1000);
    third.seal();
    expect(rig.log.segmentCount).toBe(3);
    expect(rig.crash().damage).toBeNull();
    expect(rig.records()).toHaveLength(1 + 200 + 74 + 1010);
  });
});
