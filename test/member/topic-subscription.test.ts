import { expect, test } from 'vitest';
import { checkTopics, isSameList, resolveTopics } from '#millrace/member/topic-subscription.js';

const names = ['orders', 'orders-eu', 'old.orders', '__consumer_offsets', '__transaction_state', 'x'];
const topics = { partitionCount: () => 1, names: () => names };

test('names stand for themselves, there or not; patterns for what they match, but for the topics of the store', () => {
  expect(resolveTopics(['later', 'x'], topics)).toEqual(['later', 'x']);
  expect(resolveTopics([/orders/], topics)).toEqual(['old.orders', 'orders', 'orders-eu']);
  expect(resolveTopics([/^orders/, 'x', /./], topics)).toEqual(['old.orders', 'orders', 'orders-eu', 'x']);
  expect(resolveTopics(['__consumer_offsets'], topics)).toEqual(['__consumer_offsets']);
});

test('a pattern with a memory is asked without it', () => {
  const pattern = /orders/gy;
  pattern.lastIndex = 3;
  expect(resolveTopics([pattern, /ORDERS-EU/i], topics)).toEqual(['old.orders', 'orders', 'orders-eu']);
  expect(pattern.lastIndex).toBe(3);
});

test('what is neither is refused', () => {
  expect(checkTopics('a')).toEqual(['a']);
  for (const wrong of ['', 7, null, ['a', ''], [{}]]) expect(() => checkTopics(wrong)).toThrow('topics');
});

test('lists are the same in each place', () => {
  expect([isSameList(['a', 'b'], ['a', 'b']), isSameList(['a'], ['a', 'b']), isSameList(['a'], ['b'])]).toEqual([
    true,
    false,
    false,
  ]);
});
