/** Assertions: they stay on, and name a bug of ours as one. */
import { expect, test } from 'vitest';
import { assert, AssertionError } from '#millrace/assert.js';
import { isMillraceError } from '#millrace/errors.js';

test('what holds passes', () => {
  expect(() => assert(1, 'never seen')).not.toThrow();
});

test.each([false, 0, '', null, undefined, Number.NaN])('%s does not hold', (condition) => {
  expect(() => assert(condition, 'position is inside the window')).toThrow(AssertionError);
  expect(() => assert(condition, 'position is inside the window')).toThrow(
    /^millrace bug: position is inside the window$/,
  );
});

test('a bug is not one of the errors that callers match on', () => {
  expect(isMillraceError(new AssertionError('x'))).toBe(false);
});
