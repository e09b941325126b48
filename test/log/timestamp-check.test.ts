import { describe, expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import type { RecordInput } from '#millrace/types.js';
import { TestOwner } from '../support/batch-owner.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const HOUR = 3_600_000;
const NOW = 1_700_000_000_000;
const INVALID = 'ERR_MILLRACE_INVALID_TIMESTAMP';

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

const at = (...timestamps: number[]): RecordInput[] => timestamps.map((timestamp) => ({ value: 'v', timestamp }));

/** The ways into a log for records of these timestamps. */
const ways: Record<string, (rig: TempLog, timestamps: number[]) => unknown> = {
  append: (rig, timestamps) => rig.log.append(at(...timestamps)),
  'append with headers': (rig, timestamps) =>
    rig.log.append(at(...timestamps).map((record) => ({ ...record, headers: { h: '1' } }))),
  'append under gzip': (rig, timestamps) => rig.log.append(at(...timestamps), { compression: 'gzip' }),
  'ready batches': (rig, timestamps) => rig.log.appendBatches(readyBatches(at(...timestamps))),
  'ready batches under gzip': (rig, timestamps) =>
    rig.log.appendBatches(readyBatches(at(...timestamps), { compression: 'gzip' })),
};

describe.each(Object.entries(ways))('%s', (_name, append) => {
  test('a record too far ahead refuses all of them, and nothing is written', () => {
    const rig = new TempLog();
    rig.log.append(numbered(1));
    const { size } = rig.log;
    for (const timestamps of [[NOW + HOUR + 1], [NOW, NOW + HOUR + 1], [NOW + HOUR + 1, NOW]]) {
      expect(code(() => append(rig, timestamps))).toBe(INVALID);
    }
    expect([rig.log.endOffset, rig.log.size, rig.log.segmentCount]).toEqual([1, size, 1]);
    append(rig, [NOW + HOUR, 0, NOW - 900 * 24 * HOUR]);
    expect(rig.records().length).toBe(4);
  });

  test('a record too far behind too, where the topic says so; one without a timestamp never', () => {
    const rig = new TempLog({ timestampBeforeMaxMs: HOUR });
    for (const timestamps of [[NOW - HOUR - 1], [NOW, NOW - HOUR - 1], [0, NOW]]) {
      expect(code(() => append(rig, timestamps))).toBe(INVALID);
    }
    expect(rig.log.endOffset).toBe(0);
    append(rig, [NOW, -1, NOW - HOUR]);
    append(rig, [-1]);
    expect(rig.records().map(({ timestamp }) => timestamp)).toEqual([NOW, -1, NOW - HOUR, -1]);
  });

  test('under LogAppendTime any will do, for it does not count', () => {
    const rig = new TempLog({ timestampType: 'LogAppendTime', timestampBeforeMaxMs: 0 });
    append(rig, [0, NOW + 900 * HOUR]);
    expect(rig.records().map(({ timestamp }) => timestamp)).toEqual([NOW, NOW]);
  });

  test('other bounds count from the next append on', () => {
    const rig = new TempLog();
    rig.log.configure({ ...rig.settings, timestampAfterMaxMs: 5 });
    expect(code(() => append(rig, [NOW + 6]))).toBe(INVALID);
    rig.log.configure({ ...rig.settings, timestampAfterMaxMs: Number.MAX_SAFE_INTEGER });
    append(rig, [NOW + 900_000 * HOUR]);
    expect(rig.log.endOffset).toBe(1);
  });
});

test('the error says which record, and what is allowed', () => {
  const rig = new TempLog();
  expect(() => rig.log.append(at(NOW, NOW + HOUR + 5))).toThrow(
    `records[1] has the timestamp ${NOW + HOUR + 5}, expected 0 to ${NOW + HOUR}`,
  );
});

test('an open batch refuses the record and keeps the others', () => {
  const rig = new TempLog({ timestampBeforeMaxMs: HOUR });
  const batch = rig.log.openBatch({ owner: new TestOwner() });
  batch.add({ value: 'a' }, NOW);
  expect(code(() => batch.add({ value: 'b', timestamp: NOW + HOUR + 1 }, NOW))).toBe(INVALID);
  expect(code(() => batch.add({ value: 'b', timestamp: NOW - HOUR - 1 }, NOW))).toBe(INVALID);
  // The clock has moved on, and with it what is allowed.
  batch.add({ value: 'c', timestamp: NOW + HOUR + 1 }, NOW + 1);
  batch.seal();
  expect(rig.values()).toEqual(['a', 'c']);
});

test('a leader is believed: what its log has, the follower’s has', () => {
  const rig = new TempLog({ timestampBeforeMaxMs: 0 });
  rig.log.appendBatches(readyBatches(at(5, NOW + 900 * HOUR)), { from: 'leader' });
  expect(rig.log.endOffset).toBe(2);
});

test.each(['none', 'gzip', 'lz4'] as const)(
  'a producer’s batch of type LogAppendTime is refused, under %s and of any topic',
  (codec) => {
    for (const timestampType of ['CreateTime', 'LogAppendTime'] as const) {
      const rig = new TempLog({ timestampType });
      const bytes = readyBatches(at(NOW), { timestampType: 'LogAppendTime', compression: codec });
      expect(code(() => rig.log.appendBatches(bytes))).toBe(INVALID);
      rig.log.appendBatches(bytes, { from: 'leader' });
      expect(rig.log.endOffset).toBe(1);
    }
  },
);

test('one batch of several refuses all', () => {
  const rig = new TempLog();
  const bytes = Buffer.concat([readyBatches(at(NOW)), readyBatches(at(NOW + HOUR + 1))]);
  expect(code(() => rig.log.appendBatches(bytes))).toBe(INVALID);
  expect(rig.log.endOffset).toBe(0);
});
