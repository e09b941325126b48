import { expect, test } from 'vitest';
import { stickyAssignor } from '#millrace/group/assignor/sticky-assignor.js';
import { encodeStickyUserData } from '#millrace/group/assignor/sticky-user-data.js';
import { group, member, partitionsOf, shown, topicsOf } from './groups.ts';

const { assign } = stickyAssignor;
const had = (topics: string, owned: string, generationId = 1) =>
  member(topics, {
    userData: encodeStickyUserData({ topics: [], lastAssignment: { partitions: partitionsOf(owned), generationId } }),
    generation: generationId,
  });

test('it is eager, and says what it had', () => {
  expect(stickyAssignor).toMatchObject({ name: 'sticky', protocols: ['eager'] });
  expect(stickyAssignor.userData?.({ topics: ['t'], lastAssignment: null })).toBe(null);
});

test('a member that leaves: the others keep what they had', () => {
  const members = group({ a: had('t', 't-0 t-3'), b: had('t', 't-1 t-4') });
  expect(shown(assign(topicsOf({ t: 6 }), members))).toEqual({ a: 't-0 t-3 t-2', b: 't-1 t-4 t-5' });
});

test('a partition that does not exist any more is forgotten, and nothing is assigned twice', () => {
  const members = group({ a: had('t', 't-0 t-5'), b: had('t', 't-1') });
  expect(shown(assign(topicsOf({ t: 2 }), members))).toEqual({ a: 't-0', b: 't-1' });
});

test('a member that subscribes to nothing gets nothing', () => {
  expect(shown(assign(topicsOf({ t: 2 }), group({ a: member(''), b: member('t') })))).toEqual({ a: '', b: 't-0 t-1' });
  expect(assign(topicsOf({ t: 2 }), new Map()).size).toBe(0);
});

test('user data that cannot be read costs moves, no more', () => {
  const members = group({ a: member('t', { userData: Buffer.from('noise') }), b: had('t', 't-0') });
  expect(shown(assign(topicsOf({ t: 2 }), members))).toEqual({ a: 't-1', b: 't-0' });
});
