import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { RetrySchedule, type RetryTerms } from '#millrace/producer/retry-schedule.js';
import { FakeClock } from '../support/fake-clock.ts';

const FULL = new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
const PLACE = { topic: 'orders', partition: 3 };

function rigOf(options: Partial<RetryTerms> = {}): { clock: FakeClock; terms: RetryTerms; schedule: RetrySchedule } {
  const clock = new FakeClock();
  const terms = {
    clock,
    retries: 5,
    retryBackoffMs: 10,
    retryBackoffMaxMs: 40,
    deliveryTimeoutMs: 1_000,
    random: () => 0.5,
    ...options,
  };
  return { clock, terms, schedule: new RetrySchedule(terms) };
}

test('each wait is twice as long as the one before, up to a bound, until something goes well', () => {
  const { clock, schedule } = rigOf();
  const tried = { sentAt: clock.now(), since: 0 };
  for (const wait of [10, 20, 40, 40]) {
    let tries = 0;
    expect(schedule.failed(FULL, tried, PLACE, () => tries++)).toBeNull();
    clock.advance(wait - 1);
    expect([tries, schedule.isWaiting]).toEqual([0, true]);
    clock.advance(1);
    expect([tries, schedule.isWaiting]).toEqual([1, false]);
  }
  schedule.succeeded();
  let again = false;
  schedule.failed(FULL, { sentAt: clock.now(), since: schedule.round }, PLACE, () => (again = true));
  clock.advance(10);
  expect(again).toBe(true);
});

test('retries and time are used up', () => {
  const { clock, schedule } = rigOf({ retries: 1 });
  const tried = { sentAt: clock.now(), since: 0 };
  expect(schedule.failed(FULL, tried, PLACE, () => undefined)).toBeNull();
  schedule.hurry();
  expect(schedule.failed(FULL, tried, PLACE, () => undefined)).toBe(FULL);
  const late = { sentAt: clock.now() - 1_000, since: schedule.round };
  expect(schedule.failed(FULL, late, PLACE, () => undefined)).toMatchObject({
    code: 'ERR_MILLRACE_TIMED_OUT',
    cause: FULL,
  });
});

test('what cannot pass is not tried again, nor is anything after a stop', () => {
  const { clock, schedule } = rigOf();
  const offline = new MillraceError('ERR_MILLRACE_OFFLINE', 'gone');
  const tried = { sentAt: clock.now(), since: 0 };
  expect(schedule.failed(offline, tried, PLACE, () => undefined)).toBe(offline);
  let again = false;
  schedule.failed(FULL, tried, PLACE, () => (again = true));
  schedule.stop();
  clock.advance(1_000);
  schedule.hurry();
  expect([again, schedule.isWaiting]).toEqual([false, false]);
});
