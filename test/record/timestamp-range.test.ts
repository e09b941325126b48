import { expect, test } from 'vitest';
import { isInRange, outOfRange } from '#millrace/record/timestamp-range.js';

const bounds = { timestampBeforeMaxMs: 100, timestampAfterMaxMs: 10 };

test('both bounds belong to what is allowed', () => {
  const allowed = [899, 900, 1000, 1010, 1011].map((timestamp) => isInRange(timestamp, 1000, bounds));
  expect(allowed).toEqual([false, true, true, true, false]);
});

test('a record without a timestamp is allowed', () => {
  expect(isInRange(-1, 1000, { timestampBeforeMaxMs: 0, timestampAfterMaxMs: 0 })).toBe(true);
});

test('what is refused is told with what is allowed', () => {
  expect(outOfRange('records[3]', 1011, 1000, bounds)).toMatchObject({
    code: 'ERR_MILLRACE_INVALID_TIMESTAMP',
    message: 'records[3] has the timestamp 1011, expected 900 to 1010: the topic allows none further from the clock',
  });
  const never = { timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER, timestampAfterMaxMs: 10 };
  expect(outOfRange('a batch', 1011, 1000, never).message).toContain('expected 0 to 1010');
});
