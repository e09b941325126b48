import { expect, test } from 'vitest';
import { sessionDelay } from '#millrace/broker/session-delay.js';
import { TestClock } from '#millrace/test-clock.js';

test.each(['the time', 'an abort'])('it ends with %s, and leaves nothing', async (what) => {
  const clock = new TestClock();
  const gone = new AbortController();
  let isOver = false;
  const delay = sessionDelay(clock, 100, gone.signal).then(() => (isOver = true));
  clock.advance(99);
  await new Promise((resolve) => setImmediate(resolve));
  expect([isOver, clock.scheduled]).toEqual([false, 1]);
  if (what === 'the time') clock.advance(1);
  else gone.abort();
  await delay;
  expect(clock.scheduled).toBe(0);
});

test('it does not begin after an abort', async () => {
  const clock = new TestClock();
  await sessionDelay(clock, 100, AbortSignal.abort());
  expect(clock.scheduled).toBe(0);
});
