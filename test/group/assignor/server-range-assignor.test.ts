import { expect, test } from 'vitest';
import { serverRangeAssignor } from '#millrace/group/assignor/server-range-assignor.js';
import { describing, idOf, specified, targets } from './server-groups.ts';

const { assign } = serverRangeAssignor;

test('of each topic a run, whatever was before, members in order', () => {
  const members = new Map([
    ['b', specified('t u', 't-0')],
    ['a', specified('t u')],
    ['z', specified('t u', '', 'i')],
  ]);
  const group = { members, subscriptionType: 'homogeneous' as const };
  expect(targets(assign(group, describing({ t: 4, u: 2 })))).toEqual({ z: 't-0 t-1 u-0', a: 't-2 u-1', b: 't-3' });
});

test('each topic among its subscribers', () => {
  const members = new Map([
    ['a', specified('t')],
    ['b', specified('t u')],
    ['c', specified('')],
  ]);
  const group = { members, subscriptionType: 'heterogeneous' as const };
  const assignments = assign(group, describing({ t: 3, u: 1 }));
  expect(targets(assignments)).toEqual({ a: 't-0 t-1', b: 't-2 u-0', c: '' });
  expect(assignments.get('a')?.has(idOf('u'))).toBe(false);
});

test('nobody, and a topic that does not exist', () => {
  const none = { members: new Map(), subscriptionType: 'homogeneous' as const };
  expect(assign(none, describing({})).size).toBe(0);
  const group = { members: new Map([['a', specified('t')]]), subscriptionType: 'homogeneous' as const };
  expect(() => assign(group, describing({}))).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' }));
});
