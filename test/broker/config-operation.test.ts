import { expect, test } from 'vitest';
import { changedItems, operations } from '#millrace/broker/config-operation.js';

const { append, subtract } = operations;

test.each([
  ['a,b', append, 'b,c', 'a,b,c'],
  ['', append, 'a', 'a'],
  ['a', append, '', 'a'],
  ['a,b,c', subtract, 'c,a,x', 'b'],
  ['a', subtract, 'a', ''],
])('%j after operation %i with %j', (list, configOperation, value, expected) => {
  expect(changedItems(list, { name: 'x', configOperation, value })).toBe(expected);
});
