import { expect, test } from 'vitest';
import { errorCodes, MillraceError, type ErrorCode } from '#millrace/errors.js';
import { backoffMs, isRetriable, reasonToGiveUp } from '#millrace/producer/retry-policy.js';
import { systemError } from '../support/system-error.ts';

test('a full disk may pass, nothing else that has a code of its own does', () => {
  const retriable = Object.keys(errorCodes).filter((code) => isRetriable(new MillraceError(code as ErrorCode, 'x')));
  expect(retriable).toEqual(['ERR_MILLRACE_NO_SPACE']);
  expect(isRetriable(new Error('x'))).toBe(false);
  expect(isRetriable(null)).toBe(false);
});

test.each([
  ['EMFILE', true],
  ['ENFILE', true],
  ['ENOMEM', true],
  ['EAGAIN', true],
  ['EIO', false],
  ['EROFS', false],
  ['EACCES', false],
  ['ENOSPC', true],
])('a system call that fails with %s: %s', (code, expected) => {
  expect(isRetriable(systemError(code, 'open', '/data/x'))).toBe(expected);
});

test('waits double up to their bound, and are spread', () => {
  const options = { retryBackoffMs: 100, retryBackoffMaxMs: 1000 };
  const waits = (random: number): number[] =>
    Array.from({ length: 6 }, (_, attempt) => backoffMs({ ...options, random: () => random }, attempt));
  expect(waits(0.5)).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect(waits(0)).toEqual([80, 160, 320, 640, 1000, 1000]);
  expect(waits(1)).toEqual([120, 240, 480, 960, 1000, 1000]);
  expect(backoffMs({ ...options, random: () => 0.5 }, 1_000_000)).toBe(1000);
  expect(backoffMs({ retryBackoffMs: 0, retryBackoffMaxMs: 0, random: () => 0.5 }, 3)).toBe(0);
});

test('is given up when the retries or the time are used up, and time goes first', () => {
  const cause = new Error('full');
  const endurance = { now: 1000, round: 7, retries: 3, deliveryTimeoutMs: 100, cause, topic: 't', partition: 4 };
  expect(reasonToGiveUp({ sentAt: 901, since: 5 }, endurance)).toBeNull();
  expect(reasonToGiveUp({ sentAt: 901, since: 4 }, endurance)).toBe(cause);
  const timedOut = {
    code: 'ERR_MILLRACE_TIMED_OUT',
    message: 'records for partition 4 of topic "t" could not be written within 100 ms',
    cause,
  };
  expect(reasonToGiveUp({ sentAt: 900, since: 5 }, endurance)).toMatchObject(timedOut);
  expect(reasonToGiveUp({ sentAt: 900, since: 4 }, endurance)).toMatchObject(timedOut);
  expect(reasonToGiveUp({ sentAt: 1000, since: 7 }, { ...endurance, retries: 0 })).toBe(cause);
});
