import { expect, test } from 'vitest';
import { checkTopicName, collides, isTopicName } from '#millrace/store/topic-name.js';

test.each(['a', 'orders', 'Orders.v2_eu-west', '...', '-', '_', '__consumer_offsets', 'x'.repeat(249)])(
  '%s is a name',
  (name) => {
    expect(isTopicName(name)).toBe(true);
    expect(() => checkTopicName(name)).not.toThrow();
  },
);

test.each([
  ['', 'must not be empty'],
  ['.', 'is a directory of its own'],
  ['..', 'is a directory of its own'],
  ['x'.repeat(250), 'has 250 characters, at most 249 are allowed'],
  ['a/b', 'has other characters'],
  ['../up', 'has other characters'],
  ['größe', 'has other characters'],
  ['a b', 'has other characters'],
  ['a\n', 'has other characters'],
  ['a\0', 'has other characters'],
  [7, 'must be a string'],
  [null, 'must be a string'],
  [undefined, 'must be a string'],
  [['a'], 'must be a string'],
])('%j is none', (name, why) => {
  expect(isTopicName(name)).toBe(false);
  expect(() => checkTopicName(name)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_TOPIC' }));
  expect(() => checkTopicName(name)).toThrow(why);
});

test('names collide when a dot in one is an underscore in the other', () => {
  expect(collides('a.b_c', 'a_b.c')).toBe(true);
  expect(collides('a.b', 'a.b')).toBe(false);
  expect(collides('a.b', 'a-b')).toBe(false);
});
