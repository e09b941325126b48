import { expect, test } from 'vitest';
import { cooperativeStickyAssignor } from '#millrace/group/assignor/cooperative-sticky-assignor.js';
import { group, member, shown, topicsOf } from './groups.ts';

const { assign } = cooperativeStickyAssignor;
const has = (topics: string, owned: string, generation = 1) => member(topics, { owned, generation });

test('it knows both protocols', () => {
  expect(cooperativeStickyAssignor).toMatchObject({ name: 'cooperative-sticky', protocols: ['cooperative', 'eager'] });
});

test('what its owner has yet is withheld, and given away in the next rebalance', () => {
  const metadata = topicsOf({ t: 4 });
  const first = group({ a: has('t', 't-0 t-1 t-2 t-3'), b: member('t') });
  expect(shown(assign(metadata, first))).toEqual({ a: 't-0 t-1', b: '' });
  const second = group({ a: has('t', 't-0 t-1', 2), b: has('t', '', 2) });
  expect(shown(assign(metadata, second))).toEqual({ a: 't-0 t-1', b: 't-2 t-3' });
});

test('the same where members subscribe to different topics', () => {
  const metadata = topicsOf({ t: 4, u: 1 });
  const first = group({ a: has('t u', 't-0 t-1 t-2 t-3 u-0'), b: member('t') });
  const { a, b } = shown(assign(metadata, first));
  expect(b).toBe('');
  const second = group({ a: has('t u', a, 2), b: has('t', b, 2) });
  expect(shown(assign(metadata, second))).toEqual({ a: 't-2 t-3 u-0', b: 't-0 t-1' });
});

test('what nobody owns is given at once', () => {
  const members = group({ a: has('t', 't-0'), b: has('t', 't-1') });
  expect(shown(assign(topicsOf({ t: 4 }), members))).toEqual({ a: 't-0 t-2', b: 't-1 t-3' });
});

test('what two members of one generation name is withheld from whoever is to have it', () => {
  const members = group({ a: has('t', 't-0 t-1'), b: has('t', 't-1') });
  expect(shown(assign(topicsOf({ t: 2 }), members))).toEqual({ a: 't-0', b: '' });
});

test('a member that was away does not keep others from what they have', () => {
  const members = group({ a: has('t', 't-0 t-1', 7), b: has('t', 't-1 t-2', 6) });
  expect(shown(assign(topicsOf({ t: 4 }), members))).toEqual({ a: 't-0 t-1', b: 't-2 t-3' });
});
