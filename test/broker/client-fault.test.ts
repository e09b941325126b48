import { expect, test } from 'vitest';
import { isClientFault } from '#millrace/broker/client-fault.js';
import { MillraceError } from '#millrace/errors.js';

test('what is no request, too much, or no log-in is the client’s fault; all else is ours', () => {
  const codes = [
    'ERR_MILLRACE_CORRUPT',
    'ERR_MILLRACE_TOO_LARGE',
    'ERR_MILLRACE_AUTHENTICATION',
    'ERR_MILLRACE_QUEUE_FULL',
    'ERR_MILLRACE_UNSUPPORTED',
  ] as const;
  for (const code of codes) expect([code, isClientFault(new MillraceError(code, 'x'))]).toEqual([code, true]);
  expect(isClientFault(new MillraceError('ERR_MILLRACE_IO', 'x'))).toBe(false);
  expect(isClientFault(new TypeError('x'))).toBe(false);
  expect(isClientFault(undefined)).toBe(false);
});
