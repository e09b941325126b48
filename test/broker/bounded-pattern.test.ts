import { expect, test } from 'vitest';
import { matching } from '#millrace/broker/bounded-pattern.js';

test('matches as a whole', () => {
  expect(matching('a|bc*', ['a', 'ab', 'bcc', 'xa', ''])).toEqual(new Set(['a', 'bcc']));
  expect(matching('.*', [])).toEqual(new Set());
});

test.each(['(', 'a)|(b', '[', '*'])('%j is none', (pattern) => {
  expect(matching(pattern, ['a', 'b'])).toBe(null);
});

test('one that goes back and forth for ages is stopped', () => {
  const begin = Date.now();
  expect(matching('(a+)+b', ['a'.repeat(60)])).toBe(null);
  expect(Date.now() - begin).toBeLessThan(5_000);
});

test('it reaches nothing of this process', () => {
  expect(matching('a', ['a'])).toEqual(new Set(['a']));
  expect(matching('a`);process.exit(1);//', ['a'])).toBe(null);
});
