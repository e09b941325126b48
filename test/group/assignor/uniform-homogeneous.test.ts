import { expect, test } from 'vitest';
import { assignHomogeneous } from '#millrace/group/assignor/uniform-homogeneous.js';
import { describing, specified, targets } from './server-groups.ts';

test('as even as can be over all topics', () => {
  const members = new Map(['a', 'b', 'c'].map((id) => [id, specified('t u')]));
  expect(targets(assignHomogeneous(members, describing({ t: 2, u: 3 })))).toEqual({
    a: 't-0',
    b: 't-1 u-0',
    c: 'u-1 u-2',
  });
});

test('a member that comes gets what others have too much; who changes nothing keeps its very map', () => {
  const members = new Map([
    ['a', specified('t', 't-0 t-1')],
    ['b', specified('t', 't-2 t-3 t-4')],
    ['c', specified('t')],
  ]);
  const assignments = assignHomogeneous(members, describing({ t: 5 }));
  expect(targets(assignments)).toEqual({ a: 't-0 t-1', b: 't-2 t-3', c: 't-4' });
  expect(assignments.get('a')).toBe(members.get('a')?.assignment);
  expect(targets(new Map([['b', members.get('b')!.assignment]]))).toEqual({ b: 't-2 t-3 t-4' });
});

test('what is no longer subscribed to or does not exist goes', () => {
  const members = new Map([['a', specified('t', 'u-0 t-0 t-7')]]);
  expect(targets(assignHomogeneous(members, describing({ t: 2, u: 1 })))).toEqual({ a: 't-0 t-1' });
});

test('a group that subscribes to nothing', () => {
  expect(assignHomogeneous(new Map([['a', specified('')]]), describing({})).size).toBe(0);
});
