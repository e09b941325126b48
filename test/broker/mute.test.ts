import { expect, test } from 'vitest';
import { Mute } from '#millrace/broker/mute.js';
import { TestClock } from '#millrace/test-clock.js';

function muted(...times: number[]): { clock: TestClock; mute: Mute; ends: number[] } {
  const clock = new TestClock(1_000);
  const ends: number[] = [];
  const mute = new Mute(clock, () => ends.push(clock.now()));
  for (const ms of times) mute.begin(ms);
  return { clock, mute, ends };
}

test('ends after its time, once', () => {
  const { clock, mute, ends } = muted(50);
  expect(mute.isOn).toBe(true);
  clock.advance(49);
  expect([mute.isOn, ends]).toEqual([true, []]);
  clock.advance(1);
  expect([mute.isOn, ends]).toEqual([false, [1_050]]);
  clock.advance(1_000);
  expect(ends).toEqual([1_050]);
});

test.each([
  ['longer', 50, 80],
  ['shorter', 80, 50],
])('of two the longest holds: the second one is %s', (_, first, second) => {
  const { clock, ends } = muted(first, second);
  clock.advance(200);
  expect(ends).toEqual([1_080]);
});

test('one that is cancelled has no end', () => {
  const { clock, mute, ends } = muted(50);
  mute.cancel();
  clock.advance(100);
  expect(ends).toEqual([]);
});
