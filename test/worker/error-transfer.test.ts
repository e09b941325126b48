import { expect, test } from 'vitest';
import { fromSystemError, isSystemError, MillraceError } from '#millrace/errors.js';
import { fromPlainError, toPlainError } from '#millrace/worker/error-transfer.js';

function across(error: unknown): Error {
  return fromPlainError(structuredClone(toPlainError(error)));
}

test('an error of ours arrives as one', () => {
  const arrived = across(new MillraceError('ERR_MILLRACE_CORRUPT', 'bad', { path: '/x', position: 7 }));
  expect(arrived).toBeInstanceOf(MillraceError);
  expect(arrived).toMatchObject({ code: 'ERR_MILLRACE_CORRUPT', message: 'bad', path: '/x', position: 7 });
});

test('a failed system call keeps its details', () => {
  const cause = Object.assign(new Error('EIO: read'), { code: 'EIO', errno: -5, syscall: 'read', path: '/x' });
  const arrived = across(fromSystemError(cause)) as MillraceError;
  expect(arrived).toMatchObject({ code: 'ERR_MILLRACE_IO', path: '/x' });
  expect(isSystemError(arrived.cause)).toBe(true);
  expect(arrived.cause).toMatchObject({ code: 'EIO', errno: -5, syscall: 'read', path: '/x', message: 'EIO: read' });
});

test('a bug arrives with the stack of where it was', () => {
  const bug = new TypeError('x is not a function');
  expect(across(bug)).toMatchObject({ message: 'x is not a function', stack: bug.stack });
  expect(across('thrown text').message).toBe('thrown text');
});
