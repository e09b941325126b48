import { expect, test } from 'vitest';
import { compareIds, memberIdsInOrder } from '#millrace/group/assignor/member-order.js';

test('static members first, by their instances; then the others by their ids', () => {
  const members = { z: null, a: 'i2', 'consumer-10': null, 'consumer-9': null, B: 'i10', é: null };
  const entries = Object.entries(members).map(([id, groupInstanceId]) => [id, { groupInstanceId }] as const);
  const expected = ['B', 'a', 'consumer-10', 'consumer-9', 'z', 'é'];
  expect(memberIdsInOrder(entries)).toEqual(expected);
  expect(memberIdsInOrder(entries.toReversed())).toEqual(expected);
});

test('ids are compared by UTF-16 units, as Java does', () => {
  expect(['\u{1d538}', '\ufb03', 'Z', 'a'].sort(compareIds)).toEqual(['Z', 'a', '\u{1d538}', '\ufb03']);
  expect(compareIds('a', 'a')).toBe(0);
});
