import { expect, test } from 'vitest';
import { healthOf } from '#millrace/broker/http/broker-health.js';
import type { Store } from '#millrace/main.js';

const broker = (failure: Error | null, isClosed = false, isClosing = false) => ({
  store: { failure, isClosed } as Store,
  isClosing,
});

test('serving, offline with why, closing whatever else is', () => {
  expect(healthOf(broker(null))).toEqual({ status: 'serving', why: null });
  expect(healthOf(broker(new Error('the disk failed')))).toEqual({ status: 'offline', why: 'the disk failed' });
  for (const closing of [broker(null, true), broker(null, false, true), broker(new Error('x'), true)])
    expect(healthOf(closing)).toEqual({ status: 'closing', why: 'the broker is being closed' });
});
