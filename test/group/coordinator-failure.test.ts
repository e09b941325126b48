import { expect, test } from 'vitest';
import { type ErrorCode, MillraceError } from '#millrace/errors.js';
import { coordinatorFailure, groupFailure } from '#millrace/group/coordinator-failure.js';

test('a client is told whether to come again here, or to look for the coordinator first', () => {
  const answers = (
    [
      'NO_SPACE',
      'OFFLINE',
      'CLOSED',
      'TRUNCATED',
      'PRODUCER_FENCED',
      'TRANSACTION_STATE',
      'TOO_LARGE',
      'CORRUPT',
    ] as const
  ).map((code) => coordinatorFailure(new MillraceError(`ERR_MILLRACE_${code}` as ErrorCode, 'x')));
  expect(answers).toEqual([
    'COORDINATOR_NOT_AVAILABLE',
    'NOT_COORDINATOR',
    'NOT_COORDINATOR',
    'NOT_COORDINATOR',
    'INVALID_PRODUCER_EPOCH',
    'INVALID_TXN_STATE',
    'INVALID_COMMIT_OFFSET_SIZE',
    'UNKNOWN_SERVER_ERROR',
  ]);
});

test('our own bugs are nobody else’s business', () => {
  const bug = new TypeError('x is not a function');
  for (const failure of [coordinatorFailure, groupFailure]) expect(() => failure(bug)).toThrow(bug);
});

test('what is too large of a group itself is no matter of offsets', () => {
  expect(groupFailure(new MillraceError('ERR_MILLRACE_TOO_LARGE', 'x'))).toBe('UNKNOWN_SERVER_ERROR');
  expect(groupFailure(new MillraceError('ERR_MILLRACE_NO_SPACE', 'x'))).toBe('COORDINATOR_NOT_AVAILABLE');
});
