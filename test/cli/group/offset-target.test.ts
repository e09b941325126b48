import { expect, test } from 'vitest';
import {
  newOffset,
  type OffsetTarget,
  parseDuration,
  parseShift,
  parseTime,
  within,
} from '#millrace/cli/group/offset-target.js';
import { openInMemory } from '../../store/store-fixture.ts';

/** Offsets 2 to 5, of the times 1,002 to 1,005 s. */
async function openLog() {
  const { store } = await openInMemory();
  await store.createTopic('t', { config: { 'retention.ms': -1 } });
  const log = store.partition('t', 0);
  for (let i = 0; i < 6; i++) log.append([{ value: `${i}`, timestamp: 1_000_000 + 1000 * i }]);
  log.deleteRecords(2);
  return log;
}

test.each<[string, OffsetTarget, number | null, number, string | null]>([
  ['the start', { kind: 'earliest' }, 4, 2, null],
  ['the end', { kind: 'latest' }, 4, 6, null],
  ['where it is', { kind: 'current' }, 4, 4, null],
  ['where it is, which is gone', { kind: 'current' }, 1, 2, '1 is before the start'],
  ['where it is, which is nowhere', { kind: 'current' }, null, 6, 'nothing is committed: the end'],
  ['an offset', { kind: 'offset', value: 3 }, null, 3, null],
  ['the end as an offset', { kind: 'offset', value: 6 }, null, 6, null],
  ['an offset past the end', { kind: 'offset', value: 7 }, null, 6, '7 is past the end'],
  ['an offset that is gone', { kind: 'offset', value: 0 }, null, 2, '0 is before the start'],
  ['some on', { kind: 'shift', value: 1 }, 4, 5, null],
  ['some back', { kind: 'shift', value: -3 }, 4, 2, '1 is before the start'],
  ['a time', { kind: 'timestamp', value: 1_003_500 }, 4, 4, null],
  ['a time before all', { kind: 'timestamp', value: 0 }, 4, 2, null],
  ['a time after all', { kind: 'timestamp', value: 2_000_000 }, 4, 6, 'no record is of that time or later: the end'],
])('%s', async (_, target, current, offset, note) => {
  expect(newOffset(await openLog(), current, target)).toEqual({ offset, note });
});

test('nothing cannot be shifted', async () => {
  expect(newOffset(await openLog(), null, { kind: 'shift', value: 1 })).toBeNull();
});

test('the nearest offset that there is', async () => {
  const log = await openLog();
  expect([0, 2, 6, 7].map((offset) => within(log, offset).offset)).toEqual([2, 2, 6, 6]);
});

test.each([
  ['PT1S', 1_000],
  ['PT0.5S', 500],
  ['PT2H30M', 9_000_000],
  ['P1D', 86_400_000],
  ['P1DT12H', 129_600_000],
])('the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', 'P', 'PT', 'P1DT', '1h', '-PT1S', 'PT1H1D', 'P1Y'])('%j is no duration', (text) => {
  expect(() => parseDuration(text)).toThrow(/ISO 8601 duration/);
});

test('times are those of consume --from', () => {
  expect(parseTime('2026-11-25T18:00:00Z')).toBe(Date.UTC(2026, 10, 25, 18));
  expect(parseTime('@17')).toBe(17);
  for (const text of ['17', 'end', 'now']) expect(() => parseTime(text)).toThrow(/Expected/);
});

test('a shift goes both ways', () => {
  expect(['5', '+5', '-5'].map(parseShift)).toEqual([5, 5, -5]);
  for (const text of ['', '1.5', '--5', '99999999999999999999']) expect(() => parseShift(text)).toThrow(/whole number/);
});
