import { expect, test } from 'vitest';
import { rangeAssignor } from '#millrace/group/assignor/range-assignor.js';
import { group, member, shown, topicsOf } from './groups.ts';

const { assign } = rangeAssignor;

test('of each topic a run, the first members one more', () => {
  const members = group({ b: member('t0 t1'), a: member('t1 t0') });
  expect(shown(assign(topicsOf({ t0: 3, t1: 3 }), members))).toEqual({ a: 't0-0 t0-1 t1-0 t1-1', b: 't0-2 t1-2' });
});

test('more members than partitions leave some idle', () => {
  const members = group({ a: member('t'), b: member('t'), c: member('t') });
  expect(shown(assign(topicsOf({ t: 2 }), members))).toEqual({ a: 't-0', b: 't-1', c: '' });
});

test('different subscriptions, static members, and what does not exist', () => {
  const members = group({
    a: member('t0 nowhere'),
    z: member('t0 t1', { instance: 'i' }),
    c: member('t1'),
    d: member(''),
  });
  expect(shown(assign(topicsOf({ t0: 3, t1: 3 }), members))).toEqual({
    z: 't0-0 t0-1 t1-0 t1-1',
    a: 't0-2',
    c: 't1-2',
    d: '',
  });
  expect(assign(topicsOf({}), new Map()).size).toBe(0);
});

test('with racks each member gets what is near, topics that go together alike', () => {
  const racks = ['y', 'y', 'x', 'x'];
  const members = group({ a: member('t0 t1', { rack: 'x' }), b: member('t0 t1', { rack: 'y' }) });
  expect(shown(assign(topicsOf({ t0: racks, t1: racks }), members))).toEqual({
    a: 't0-2 t0-3 t1-2 t1-3',
    b: 't0-0 t0-1 t1-0 t1-1',
  });
});

test('topics with as many partitions stay together even where racks speak against it', () => {
  const metadata = topicsOf({ t0: ['x', 'y'], t1: ['y', 'x'] });
  const members = group({ a: member('t0 t1', { rack: 'x' }), b: member('t0 t1', { rack: 'y' }) });
  expect(shown(assign(metadata, members))).toEqual({ a: 't0-0 t1-0', b: 't0-1 t1-1' });
});

test('topics with other subscribers or other counts are dealt out by themselves', () => {
  const metadata = topicsOf({ t0: ['y', 'x'], t1: ['x', 'y', 'y', 'x'], t2: ['y', 'x'] });
  const members = group({
    a: member('t0 t1 t2', { rack: 'x' }),
    b: member('t0 t1 t2', { rack: 'y' }),
    c: member('t2', { rack: 'y' }),
  });
  expect(shown(assign(metadata, members))).toEqual({
    a: 't0-1 t1-0 t1-3 t2-1',
    b: 't0-0 t1-1 t1-2 t2-0',
    c: '',
  });
});
