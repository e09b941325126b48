import { expect, test } from 'vitest';
import {
  checkPartition,
  checkPartitions,
  expandAssignment,
  partitionKey,
  presentEnd,
  resolveTarget,
  showPartition,
} from '#millrace/consumer/topic-logs.js';
import { numbered, TempLog } from '../support/temp-log.ts';

test('partitions by name, key and shape', () => {
  expect(partitionKey({ topic: 'a-1', partition: 2 })).not.toBe(partitionKey({ topic: 'a', partition: 12 }));
  expect(showPartition({ topic: 'orders', partition: 7 })).toBe('orders-7');
  expect(checkPartition('it', { topic: 'orders', partition: 7, offset: 9 })).toEqual({ topic: 'orders', partition: 7 });
  for (const wrong of [null, 'orders', {}, { topic: 1 }, { topic: 'a' }, { topic: 'a', partition: -1 }]) {
    expect(() => checkPartition('it', wrong)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
    );
  }
  expect(() => checkPartitions({ topic: 'a', partition: 0 })).toThrow(/an array/);
});

test('an assignment names each partition once, and the last word on where it begins counts', () => {
  const logs = { topic: () => ({ partitions: 2 }), partition: () => null as never };
  expect(expandAssignment(logs, [])).toEqual([]);
  expect(
    expandAssignment(logs, [{ topic: 'a', partition: 1, offset: 5 }, 'a', { topic: 'a', partition: 0, offset: 'end' }]),
  ).toEqual([
    { topic: 'a', partition: 1, offset: 5 },
    { topic: 'a', partition: 0, offset: 'end' },
  ]);
});

test('targets are offsets of the log as it is now', () => {
  const { log } = new TempLog();
  log.append(numbered(3).map((record, i) => ({ ...record, timestamp: 10 * i })));
  log.deleteRecords(1);
  expect(presentEnd(log)).toBe(3);
  expect(resolveTarget(log, 'beginning')).toBe(1);
  expect(resolveTarget(log, 'end')).toBe(3);
  expect(resolveTarget(log, 2)).toBe(2);
  expect(resolveTarget(log, 3)).toBe(3);
  expect(resolveTarget(log, { timestamp: 0 })).toBe(1);
  expect(resolveTarget(log, { timestamp: 21 })).toBe(3);
  expect(resolveTarget(log, 'maxTimestamp')).toBe(2);
  for (const outside of [0, 4]) {
    expect(() => resolveTarget(log, outside)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' }),
    );
  }
  for (const wrong of ['first', Number.NaN, -2, { timestamp: 0.5 }]) {
    expect(() => resolveTarget(log, wrong)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  }
});
