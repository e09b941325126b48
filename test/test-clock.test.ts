import { expect, test } from 'vitest';
import { TestClock } from '#millrace/test-clock.js';

test('time stands still until it is moved', async () => {
  const clock = new TestClock(1000);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(clock.now()).toBe(1000);
  clock.advance(25);
  expect(clock.now()).toBe(1025);
});

test('what is due runs at its own time, in the order of the times, and of one time in the order of the calls', () => {
  const clock = new TestClock(0);
  const ran: [string, number][] = [];
  for (const [name, delay] of [
    ['b', 20],
    ['a', 10],
    ['c', 20],
    ['later', 21],
  ] as const) {
    clock.schedule(delay, () => ran.push([name, clock.now()]));
  }
  clock.advance(20);
  expect(ran).toEqual([
    ['a', 10],
    ['b', 20],
    ['c', 20],
  ]);
  expect(clock.scheduled).toBe(1);
});

test('what comes again comes as often as there is time for it', () => {
  const clock = new TestClock();
  let count = 0;
  const again = (): void => {
    count++;
    clock.schedule(60_000, again);
  };
  clock.schedule(60_000, again);
  clock.advance(3_600_000);
  expect(count).toBe(60);
});

test('what was taken back does not run, and a task may take back another', () => {
  const clock = new TestClock();
  const ran: string[] = [];
  clock.schedule(1, () => ran.push('never'))();
  const cancel = clock.schedule(2, () => ran.push('nor this'));
  clock.schedule(1, cancel);
  clock.advance(10);
  expect(ran).toEqual([]);
  expect(clock.scheduled).toBe(0);
});

test('time that goes back, and a task that comes again at once for ever, are refused', () => {
  const clock = new TestClock();
  for (const ms of [-1, Number.NaN])
    expect(() => clock.advance(ms)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  expect(() => new TestClock(0.5)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  const forEver = (): void => void clock.schedule(0, forEver);
  forEver();
  expect(() => clock.advance(1)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_QUEUE_FULL' }));
});
