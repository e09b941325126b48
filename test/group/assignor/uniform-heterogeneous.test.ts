import { expect, test } from 'vitest';
import type { SpecifiedMember } from '#millrace/group/assignor/server-assignor.js';
import { UniformHeterogeneous } from '#millrace/group/assignor/uniform-heterogeneous.js';
import { describing, specified, targets } from './server-groups.ts';

function assigned(members: Record<string, SpecifiedMember>, counts: Record<string, number>): Record<string, string> {
  return targets(new UniformHeterogeneous(new Map(Object.entries(members)), describing(counts)).assignments());
}

test('topics of which a subscriber gets most come first, and go to who has least', () => {
  const members = { a: specified('t'), b: specified('t u') };
  expect(assigned(members, { t: 3, u: 2 })).toEqual({ a: 't-0 t-1 t-2', b: 'u-0 u-1' });
});

test('partitions move only where it makes a topic more even', () => {
  const a = specified('t u', 't-0 t-1 t-2 t-3');
  const b = specified('u', 'u-0');
  const c = specified('t');
  const members = new Map(Object.entries({ a, b, c }));
  const assignments = new UniformHeterogeneous(members, describing({ t: 4, u: 1 })).assignments();
  expect(targets(assignments)).toEqual({ a: 't-0 t-1', b: 'u-0', c: 't-3 t-2' });
  expect(assignments.get('b')).toBe(b.assignment);
});

test('what is no longer subscribed to or does not exist goes', () => {
  const members = { a: specified('t', 'u-0 t-0 t-9'), b: specified('u') };
  expect(assigned(members, { t: 1, u: 1 })).toEqual({ a: 't-0', b: 'u-0' });
});

test('a topic without partitions, and a group that subscribes to nothing', () => {
  expect(assigned({ a: specified('t'), b: specified('t u') }, { t: 0, u: 1 })).toEqual({ a: '', b: 'u-0' });
  expect(assigned({ a: specified('') }, {})).toEqual({});
});
