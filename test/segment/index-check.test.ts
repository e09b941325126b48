import { expect, test } from 'vitest';
import { OffsetIndex } from '#millrace/index/offset-index.js';
import { TimeIndex } from '#millrace/index/time-index.js';
import { entriesHold, indexesHold } from '#millrace/segment/index-check.js';
import { TempLog } from '../support/temp-log.ts';

const settings = { intervalBytes: 200, bytesMax: 1 << 20 };

/** One sealed segment of 50 batches of one record, timestamps 1000, 1010 and so on. */
async function sealed(): Promise<{ rig: TempLog; offsets: OffsetIndex; times: TimeIndex }> {
  const rig = new TempLog({ indexIntervalBytes: settings.intervalBytes });
  for (let i = 0; i < 50; i++) rig.log.append([{ value: 'v'.repeat(i), timestamp: 1000 + i * 10 }]);
  await rig.log.close();
  const contents = rig.contents(['.index', '.timeindex']);
  const bytes = (suffix: string): Buffer => Buffer.from(contents[`00000000000000000000${suffix}`], 'hex');
  return { rig, offsets: new OffsetIndex(0, bytes('.index')), times: new TimeIndex(0, bytes('.timeindex')) };
}

function withLog<T>(rig: TempLog, call: (log: ReturnType<TempLog['system']['open']>) => T): T {
  const log = rig.system.open(rig.path('00000000000000000000.log'), 'r');
  try {
    return call(log);
  } finally {
    log.close();
  }
}

test('the files of a clean stop hold, and any leading part of both', async () => {
  const { rig, offsets, times } = await sealed();
  expect(indexesHold(rig.system, rig.directory, 0, settings)).toBe(true);
  for (let count = offsets.count; count >= 0; count--) {
    times.truncateToOffset(count === 0 ? 0 : offsets.offsetAt(count - 1) + 1);
    offsets.truncateToPosition(count === 0 ? 0 : offsets.positionAt(count - 1) + 1);
    expect(withLog(rig, (log) => entriesHold(log, offsets, times))).toBe(true);
  }
});

test('a last entry that points at no batch, or at another one, does not hold', async () => {
  const { rig, times } = await sealed();
  for (const [lastOffset, position] of [
    [10, 7],
    [10, 61],
    [10, 1_000_000],
    [49, 0],
  ]) {
    const offsets = new OffsetIndex(0);
    offsets.append(lastOffset, position);
    expect(withLog(rig, (log) => entriesHold(log, offsets, times))).toBe(false);
  }
});

test.each([
  ['too old', 990, 10],
  ['of another batch', 1100, 11],
  ['past the end', 1490, 50],
])('a last time entry that is %s does not hold', async (_, timestamp, offset) => {
  const { rig, offsets } = await sealed();
  const times = new TimeIndex(0);
  times.maybeAppend(timestamp, offset);
  expect(withLog(rig, (log) => entriesHold(log, offsets, times))).toBe(false);
});

test('an index with fewer entries than are due does not hold, unless it is full', async () => {
  const rig = new TempLog({ indexIntervalBytes: 100_000 });
  for (let i = 0; i < 50; i++) rig.log.append([{ value: 'v'.repeat(i) }]);
  await rig.log.close();
  const holds = (intervalBytes: number, bytesMax: number): boolean =>
    indexesHold(rig.system, rig.directory, 0, { intervalBytes, bytesMax });
  expect(holds(100_000, 1 << 20)).toBe(true);
  expect(holds(200, 1 << 20)).toBe(false);
  expect(holds(200, 0)).toBe(true);
});

test('a log without timestamps holds with an empty time index', async () => {
  const rig = new TempLog({ indexIntervalBytes: settings.intervalBytes });
  for (let i = 0; i < 50; i++) rig.log.append([{ value: 'v', timestamp: -1 }]);
  await rig.log.close();
  expect(rig.contents(['.timeindex'])['00000000000000000000.timeindex']).toBe('');
  expect(indexesHold(rig.system, rig.directory, 0, settings)).toBe(true);
});
