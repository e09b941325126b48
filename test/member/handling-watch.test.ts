import { expect, test } from 'vitest';
import type { AssignedPartition } from '#millrace/consumer/assigned-partition.js';
import type { ConsumerRun } from '#millrace/consumer/consumer-run.js';
import { HandlingWatch } from '#millrace/member/handling-watch.js';

const run = (takes: number, isAsked: boolean, isDealingWith = false): ConsumerRun =>
  ({ takes, isAsked, isDealingWith: () => isDealingWith }) as unknown as ConsumerRun;
const partition = (isBusy: boolean, inHand: unknown, knownPosition: number): AssignedPartition =>
  ({ topic: 'orders', partition: 3, isBusy, inHand, knownPosition }) as AssignedPartition;

test('a batch of which nothing is dealt with for too long is a problem, and progress within it is none', () => {
  const watch = new HandlingWatch(100);
  const batch = {};
  expect(watch.problem(0, run(1, false), [partition(true, batch, 0)])).toBeNull();
  expect(watch.problem(99, run(1, false), [partition(true, batch, 0)])).toBeNull();
  expect(watch.problem(100, run(1, false), [partition(true, batch, 1)])).toBeNull();
  expect(watch.problem(150, run(1, false), [partition(true, {}, 1)])).toBeNull();
  const same = partition(true, batch, 1);
  expect(watch.problem(200, run(1, true), [same])).toBeNull();
  expect(watch.problem(300, run(1, true), [same])).toBe('records of orders-3 are in hand for 100 ms');
});

test('who waits for records may wait for ever, and who has not begun, or asks no more, may not', () => {
  const watch = new HandlingWatch(100);
  const waiting = run(1, true);
  for (const now of [0, 1_000, 2_000]) expect(watch.problem(now, waiting, [])).toBeNull();
  const full = run(1, false);
  expect(watch.problem(2_050, full, [])).toBeNull();
  expect(watch.problem(2_150, full, [])).toBe('nobody has asked for records for 100 ms');
  watch.reset();
  expect(watch.problem(3_000, null, [])).toBeNull();
  expect(watch.problem(3_100, null, [])).toBe('nobody has asked for records for 100 ms');
});

test('what was taken from a stream counts as in hand', () => {
  const watch = new HandlingWatch(100);
  const held = partition(false, null, 5);
  expect(watch.problem(0, run(1, true, true), [held])).toBeNull();
  expect(watch.problem(100, run(1, true, true), [held])).toContain('orders-3');
});
