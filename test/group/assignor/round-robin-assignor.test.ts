import { expect, test } from 'vitest';
import { roundRobinAssignor } from '#millrace/group/assignor/round-robin-assignor.js';
import { group, member, shown, topicsOf } from './groups.ts';

const { assign } = roundRobinAssignor;

test('all partitions in order go to all members in turn', () => {
  const members = group({ b: member('t0 t1'), a: member('t0 t1') });
  expect(shown(assign(topicsOf({ t1: 3, t0: 3 }), members))).toEqual({ a: 't0-0 t0-2 t1-1', b: 't0-1 t1-0 t1-2' });
});

test('who does not subscribe is passed over', () => {
  const members = group({ a: member('t0'), b: member('t0 t1'), c: member('t0 t1 t2') });
  expect(shown(assign(topicsOf({ t0: 1, t1: 2, t2: 3 }), members))).toEqual({
    a: 't0-0',
    b: 't1-0',
    c: 't1-1 t2-0 t2-1 t2-2',
  });
});

test('static members keep their turn whatever their ids', () => {
  const first = group({ m2: member('t', { instance: 'i1' }), m1: member('t', { instance: 'i2' }) });
  const later = group({ x1: member('t', { instance: 'i2' }), x2: member('t', { instance: 'i1' }) });
  expect(shown(assign(topicsOf({ t: 2 }), first))).toEqual({ m2: 't-0', m1: 't-1' });
  expect(shown(assign(topicsOf({ t: 2 }), later))).toEqual({ x2: 't-0', x1: 't-1' });
});

test('nobody, nothing, and what does not exist', () => {
  expect(assign(topicsOf({ t: 1 }), new Map()).size).toBe(0);
  expect(shown(assign(topicsOf({ t: 1 }), group({ a: member(''), b: member('nowhere') })))).toEqual({ a: '', b: '' });
  expect(roundRobinAssignor.protocols).toEqual(['eager']);
});
