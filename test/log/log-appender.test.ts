import { expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

test.each([[[]], [undefined], [{ value: 'a' }], ['text']])('append refuses %j', (records) => {
  const rig = new TempLog();
  expect(code(() => rig.log.append(records as never))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(rig.log.endOffset).toBe(0);
});

test.each([-1, 1.5, Number.NaN, 2 ** 31, '3', null])('append refuses the leader epoch %j', (leaderEpoch) => {
  const rig = new TempLog();
  const options = { leaderEpoch } as never;
  expect(code(() => rig.log.append([{ value: 'a' }], options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(code(() => rig.log.appendBatches(readyBatches(numbered(1)), options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(rig.log.leaderEpochs.entries).toEqual([]);
});

test('append refuses a codec that is none', () => {
  const rig = new TempLog();
  const options = { compression: 'brotli' } as never;
  expect(code(() => rig.log.append([{ value: 'a' }], options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
});

test('an append with a leader epoch below the latest is refused: recovery would have cut it off', () => {
  const rig = new TempLog();
  rig.log.append(numbered(1), { leaderEpoch: 5 });
  expect(code(() => rig.log.append(numbered(1, 1), { leaderEpoch: 3 }))).toBe('ERR_MILLRACE_OUT_OF_ORDER');
  const ready = readyBatches(numbered(1));
  expect(code(() => rig.log.appendBatches(ready, { leaderEpoch: 3 }))).toBe('ERR_MILLRACE_OUT_OF_ORDER');
  rig.log.append(numbered(1, 1));
  expect(rig.log.leaderEpochs.entries).toEqual([{ epoch: 5, startOffset: 0 }]);
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toEqual(['0', '1']);
});

test('an append that threw left no epoch behind', () => {
  const rig = new TempLog({ maxMessageBytes: 100, segmentBytes: 1024 });
  expect(code(() => rig.log.append([{ value: 'x'.repeat(200) }], { leaderEpoch: 7 }))).toBe('ERR_MILLRACE_TOO_LARGE');
  const large = readyBatches(numbered(20, 0, 80), { batchBytesMax: 100 + 61, leaderEpoch: 7 });
  expect(code(() => rig.log.appendBatches(large, { from: 'leader' }))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.leaderEpochs.entries).toEqual([]);
  expect(rig.log.segmentCount).toBe(1);
});

test('ready batches larger than a segment are refused before anything rolls', () => {
  const rig = new TempLog({ segmentBytes: 2048 });
  rig.log.append(numbered(1));
  const large = readyBatches(numbered(40, 0, 80), { batchBytesMax: 512 });
  expect(code(() => rig.log.appendBatches(large))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.segmentCount).toBe(1);
});

test('a larger segment.bytes counts for the segment that is being written', () => {
  const rig = new TempLog({ segmentBytes: 1024 });
  rig.log.append(numbered(1));
  rig.log.configure({ ...rig.settings, segmentBytes: 64 * 1024 });
  rig.log.appendBatches(readyBatches(numbered(100, 1, 80)));
  expect(rig.log.endOffset).toBe(101);
  expect(rig.log.segmentCount).toBe(1);
  const empty = new TempLog({ segmentBytes: 1024 });
  empty.log.configure({ ...empty.settings, segmentBytes: 64 * 1024 });
  empty.log.append([{ value: 'x'.repeat(4000) }]);
  expect(empty.log.endOffset).toBe(1);
});

test('a smaller segment.bytes rolls at the next append that does not fit', () => {
  const rig = new TempLog({ segmentBytes: 64 * 1024 });
  rig.log.append(numbered(20, 0, 100));
  rig.log.configure({ ...rig.settings, segmentBytes: 1024 });
  rig.log.append(numbered(2, 20));
  expect(rig.log.segmentCount).toBe(2);
  expect(rig.records()).toHaveLength(22);
});

test('a segment rolls when the next append is segment.ms younger than its first batch', () => {
  const rig = new TempLog({ segmentMs: 1000 });
  rig.log.append([{ value: 'a', timestamp: 5000 }]);
  rig.log.append([{ value: 'b', timestamp: 6000 }]);
  expect(rig.log.segmentCount).toBe(1);
  rig.log.append([{ value: 'c', timestamp: 6001 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('under LogAppendTime the age of a segment is a matter of the clock, not of the records', () => {
  const rig = new TempLog({ segmentMs: 1000, timestampType: 'LogAppendTime' });
  rig.log.append([{ value: 'a', timestamp: 5000 }]);
  rig.log.append([{ value: 'b', timestamp: 5000 }]);
  expect(rig.log.segmentCount).toBe(1);
  rig.clock.advance(1001);
  rig.log.append([{ value: 'c', timestamp: 5000 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('a segment without timestamps ages by the clock', () => {
  const rig = new TempLog({ segmentMs: 1000 });
  rig.log.append([{ value: 'a', timestamp: -1 }]);
  rig.clock.advance(1001);
  rig.log.append([{ value: 'b', timestamp: -1 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('a full index rolls, and the index never outgrows segment.index.bytes', async () => {
  const rig = new TempLog({ segmentIndexBytes: 48, indexIntervalBytes: 0 });
  for (let i = 0; i < 40; i++) rig.log.append([{ value: `${i}`, timestamp: 1000 + i }]);
  expect(rig.log.segmentCount).toBeGreaterThan(5);
  await rig.reopen();
  for (const name of rig.names('.timeindex'))
    expect(rig.contents(['.timeindex'])[name].length / 2).toBeLessThanOrEqual(48);
  for (const name of rig.names('.index')) expect(rig.contents(['.index'])[name].length / 2).toBeLessThanOrEqual(48);
  expect(rig.values().map(Number)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});
