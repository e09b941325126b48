import { expect, test } from 'vitest';
import { RecentTimes } from '#millrace/file/recent-times.js';
import { RECENT_TIMES_MAX } from '#millrace/limits.js';

test('times come ascending, as a copy', () => {
  const times = new RecentTimes();
  expect([...times.sorted()]).toEqual([]);
  for (const time of [3, 0.5, 11]) times.add(time);
  const sorted = times.sorted();
  expect([...sorted]).toEqual([0.5, 3, 11]);
  sorted.fill(0);
  expect([...times.sorted()]).toEqual([0.5, 3, 11]);
});

test('the newest are kept', () => {
  const times = new RecentTimes();
  for (let time = 1; time <= RECENT_TIMES_MAX + 2; time++) times.add(time);
  const sorted = times.sorted();
  expect([sorted.length, sorted[0], sorted.at(-1)]).toEqual([RECENT_TIMES_MAX, 3, RECENT_TIMES_MAX + 2]);
});
