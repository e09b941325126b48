import { expect, test } from 'vitest';
import { collected, setting, wholeNumber } from '#millrace/cli/option-values.js';

test('a whole number is read as it is written, or refused', () => {
  expect(wholeNumber(0)('0')).toBe(0);
  expect(wholeNumber(1)('12')).toBe(12);
  for (const text of ['0', '-1', '1.5', '1e3', '', 'x', '9007199254740993']) {
    expect(() => wholeNumber(1)(text)).toThrow('Expected a whole number from 1 on.');
  }
});

test('values of a repeated option are gathered in their order', () => {
  const read = collected(Number);
  expect(read('2', read('1'))).toEqual([1, 2]);
});

test('a setting has a name, and a value that may be anything', () => {
  expect(setting('a=1')).toEqual(['a', '1']);
  expect(setting('a=b=c')).toEqual(['a', 'b=c']);
  expect(setting('a=')).toEqual(['a', '']);
  for (const text of ['a', '=b']) expect(() => setting(text)).toThrow('Expected name=value.');
});
