import { expect, test } from 'vitest';
import { smallInteger } from '#millrace/record/small-integer.js';

test.each([
  0,
  1,
  -1,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 32 + 5,
  2 ** 53 - 1,
  0.5,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
])('%d stays the number that it is', (value) => {
  // Zero is one of those that change their form: -0 becomes 0, which no position can tell from it.
  expect(smallInteger(new Float64Array([value])[0])).toBe(value);
});
