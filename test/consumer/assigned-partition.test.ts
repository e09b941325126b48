import { describe, expect, test } from 'vitest';
import { AssignedPartition } from '#millrace/consumer/assigned-partition.js';
import { checkConsumerOptions, type ConsumerOptions, type OffsetReset } from '#millrace/consumer/consumer-options.js';
import { EventLoopShare } from '#millrace/consumer/event-loop-share.js';
import { MillraceError } from '#millrace/errors.js';
import { numbered, TempLog } from '../support/temp-log.ts';

const reader = { share: new EventLoopShare(), isOver: false };
const all = Number.POSITIVE_INFINITY;
const closed = (): never => {
  throw new MillraceError('ERR_MILLRACE_CLOSED', 'the store is closed');
};

function assigned(
  { log }: TempLog,
  options: ConsumerOptions = {},
): { partition: AssignedPartition; logs: { partition: () => TempLog['log'] } } {
  const logs = { topic: () => ({ partitions: 1 }), partition: () => log };
  const partition = new AssignedPartition(logs, { topic: 'orders', partition: 0 }, checkConsumerOptions(options));
  return { partition, logs };
}

async function valuesFrom(partition: AssignedPartition, limit = all): Promise<string[]> {
  const values: string[] = [];
  for (let batch = await partition.read(limit, reader); batch !== null; batch = await partition.read(limit, reader)) {
    partition.handOut(batch);
    for (const { value } of batch) values.push(String(value));
    partition.release(batch);
  }
  return values;
}

const outOfRange = expect.objectContaining({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' });

describe('reads', () => {
  test('from its position on, over segments, in steps of maxBytes, up to a limit', async () => {
    const rig = new TempLog({ segmentBytes: 1024 });
    for (let i = 0; i < 100; i++) rig.log.append(numbered(3, 3 * i, 50));
    expect(rig.log.segmentCount).toBeGreaterThan(10);
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest', maxBytes: 500 });
    partition.seek(7);
    const values = numbered(300, 0, 50).map(({ value }) => value);
    expect(await valuesFrom(partition, 150)).toEqual(values.slice(7, 150));
    expect(partition.position).toBe(150);
    expect(await valuesFrom(partition)).toEqual(values.slice(150));
    expect(partition.lag).toBe(0);
  });

  test('nothing for a reader that is over', async () => {
    const rig = new TempLog();
    rig.log.append(numbered(3));
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest' });
    expect(await partition.read(all, { ...reader, isOver: true })).toBeNull();
    expect(partition.position).toBe(0);
  });

  test('a seek while a read is on its way: what it brings is not handed out', async () => {
    const rig = new TempLog();
    rig.log.append(numbered(9));
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest' });
    const reading = partition.read(all, reader);
    partition.seek(5);
    expect(await reading).toMatchObject({ baseOffset: 5 });
  });
});

describe('the position', () => {
  test('moves within a batch, past it, and not for one that is in hand no longer', async () => {
    const rig = new TempLog();
    rig.log.append(numbered(9));
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest' });
    const batch = (await partition.read(all, reader))!;
    partition.handOut(batch);
    expect(partition.moveWithin(batch, 3)).toBe(true);
    expect(partition.position).toBe(3);
    partition.isPaused = true;
    expect(partition.moveWithin(batch, 4)).toBe(false);
    expect(partition.position).toBe(4);
    partition.seek(1);
    expect(partition.moveWithin(batch, 5)).toBe(false);
    partition.release(batch);
    expect(partition.position).toBe(1);
    partition.handOut(batch);
    partition.letGo();
    expect(partition.position).toBe(1);
    partition.handOut(batch);
    partition.release(batch);
    expect(partition.position).toBe(9);
  });

  test('goes back to what was not dealt with, unless the caller has moved it meanwhile', () => {
    const rig = new TempLog();
    rig.log.append(numbered(9));
    const { partition } = assigned(rig);
    const { seeks } = partition;
    partition.rewind(4, seeks);
    expect(partition.position).toBe(4);
    partition.rewind(2, seeks);
    expect(partition.position).toBe(4);
  });
});

describe('the leader epoch of the record before an offset', () => {
  test('is that of what was read, and of nothing where the position was put', async () => {
    const rig = new TempLog();
    for (const leaderEpoch of [3, 5]) rig.log.append(numbered(3), { leaderEpoch });
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest' });
    expect(partition.leaderEpochBefore(0)).toBe(-1);
    await valuesFrom(partition);
    expect([1, 3, 4, 6].map((offset) => partition.leaderEpochBefore(offset))).toEqual([3, 3, 5, 5]);
    partition.seek(5);
    expect(partition.leaderEpochBefore(5)).toBe(-1);
    await valuesFrom(partition);
    expect(partition.leaderEpochBefore(6)).toBe(5);
    // Where it was committed, with what was committed; where it goes back to what it has read, that.
    partition.rewind(2, partition.seeks, 1);
    expect(partition.leaderEpochBefore(2)).toBe(1);
    await valuesFrom(partition);
    partition.rewind(4, partition.seeks);
    expect(partition.leaderEpochBefore(4)).toBe(5);
    await rig.log.close();
    expect([partition.leaderEpochBefore(4), partition.leaderEpochBefore(5)]).toEqual([5, -1]);
  });

  test('is of nothing where the log no longer had the position', async () => {
    const rig = new TempLog();
    rig.log.append(numbered(9), { leaderEpoch: 3 });
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest' });
    rig.log.deleteRecords(5);
    const batch = (await partition.read(7, reader))!;
    expect([partition.leaderEpochBefore(5), partition.leaderEpochBefore(6)]).toEqual([-1, 3]);
    partition.handOut(batch);
    partition.release(batch);
  });
});

describe('outside the log', () => {
  test.each([
    ['earliest', 5],
    ['latest', 9],
  ] as const)('before its start: %s goes on at %d and says so', async (autoOffsetReset, to) => {
    const rig = new TempLog();
    rig.log.append(numbered(9));
    const resets: OffsetReset[] = [];
    const { partition } = assigned(rig, { autoOffsetReset, onReset: (reset) => resets.push(reset) });
    partition.seek(2);
    rig.log.deleteRecords(5);
    expect(await valuesFrom(partition)).toEqual(numbered(9 - to, to).map(({ value }) => value));
    expect(partition.position).toBe(9);
    expect(resets).toEqual([{ topic: 'orders', partition: 0, from: 2, to, startOffset: 5, endOffset: 9 }]);
  });

  test.each([
    ['earliest', 0],
    ['latest', 4],
  ] as const)('past its end: %s goes on at %d and says so', async (autoOffsetReset, to) => {
    const rig = new TempLog();
    for (let i = 0; i < 9; i++) rig.log.append(numbered(1, i));
    const resets: OffsetReset[] = [];
    const { partition } = assigned(rig, { autoOffsetReset, onReset: (reset) => resets.push(reset) });
    partition.seek('end');
    rig.log.truncateTo(4);
    expect(await valuesFrom(partition)).toEqual(numbered(4 - to, to).map(({ value }) => value));
    expect(resets).toEqual([{ topic: 'orders', partition: 0, from: 9, to, startOffset: 0, endOffset: 4 }]);
  });

  test('none is an error each time, until it is moved', async () => {
    const rig = new TempLog();
    rig.log.append(numbered(9));
    const { partition } = assigned(rig, { autoOffsetReset: 'none' });
    await expect(partition.read(all, reader)).rejects.toEqual(outOfRange);
    partition.seek(2);
    rig.log.deleteRecords(5);
    for (let i = 0; i < 2; i++) {
      await expect(partition.read(all, reader)).rejects.toThrow('position 2 of orders-0: the log has 5 to 9');
    }
    expect(partition.position).toBe(2);
    partition.seek('beginning');
    expect(await valuesFrom(partition)).toEqual(['5', '6', '7', '8']);
  });

  test('while a read is on its way', async () => {
    const rig = new TempLog({ segmentBytes: 1024 });
    for (let i = 0; i < 30; i++) rig.log.append(numbered(3, 3 * i, 50));
    const { partition } = assigned(rig, { autoOffsetReset: 'earliest' });
    const reading = partition.read(all, reader);
    rig.log.deleteRecords(80);
    expect(await reading).toMatchObject({ baseOffset: 80 });
  });
});

describe('waits', () => {
  test('for the record at its position, and is told once', async () => {
    const rig = new TempLog();
    const { partition } = assigned(rig);
    let arrivals = 0;
    expect(await partition.read(all, reader)).toBeNull();
    partition.watch(() => arrivals++);
    await new Promise(setImmediate);
    expect(arrivals).toBe(0);
    rig.log.append(numbered(2));
    rig.log.append(numbered(2));
    await new Promise(setImmediate);
    expect(arrivals).toBe(1);
    expect(await valuesFrom(partition)).toHaveLength(4);
  });

  test('not any more when it was told so', async () => {
    const rig = new TempLog();
    const { partition } = assigned(rig);
    await partition.read(all, reader);
    partition.watch(() => expect.unreachable());
    partition.stopWatching();
    rig.log.append(numbered(2));
    await new Promise(setImmediate);
    expect(await valuesFrom(partition)).toHaveLength(2);
  });

  test('until the log is cut below its position', async () => {
    const rig = new TempLog();
    for (let i = 0; i < 9; i++) rig.log.append(numbered(1, i));
    const { partition } = assigned(rig);
    expect(await partition.read(all, reader)).toBeNull();
    const arrived = new Promise<void>((resolve) => partition.watch(resolve));
    rig.log.truncateTo(4);
    await arrived;
    expect(await partition.read(all, reader)).toBeNull();
    expect(partition.position).toBe(4);
  });

  test('until the log is closed, which the store explains', async () => {
    const rig = new TempLog();
    const { partition, logs } = assigned(rig);
    expect(await partition.read(all, reader)).toBeNull();
    const arrived = new Promise<void>((resolve) => partition.watch(resolve));
    await rig.log.close();
    await arrived;
    logs.partition = closed;
    await expect(partition.read(all, reader)).rejects.toThrow('the store is closed');
    logs.partition = () => rig.log;
    await expect(partition.read(all, reader)).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' });
    expect(() => partition.seek('end')).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' }));
  });
});
