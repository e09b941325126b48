import { expect, test } from 'vitest';
import {
  hasPartition,
  haveInCommon,
  includesAll,
  NO_PARTITIONS,
  samePartitions,
  united,
} from '#millrace/group/consumer/partition-sets.js';

const of = (topics: Readonly<Record<string, number[]>>) =>
  new Map(Object.entries(topics).map(([id, partitions]) => [id, new Set(partitions)]));

test('a partition is there, or not', () => {
  expect(hasPartition(of({ t: [1] }), 't', 1)).toBe(true);
  expect(hasPartition(of({ t: [1] }), 't', 2)).toBe(false);
  expect(hasPartition(NO_PARTITIONS, 't', 1)).toBe(false);
});

test('all of some', () => {
  const all = of({ t: [0, 1], u: [3] });
  expect(includesAll(all, of({ t: [1], u: [3] }))).toBe(true);
  expect(includesAll(all, NO_PARTITIONS)).toBe(true);
  expect(includesAll(all, of({ t: [2] }))).toBe(false);
  expect(includesAll(all, of({ v: [] }))).toBe(false);
});

test('some of others', () => {
  expect(haveInCommon(of({ t: [0, 1] }), of({ u: [0], t: [1, 2] }))).toBe(true);
  expect(haveInCommon(of({ t: [0, 1] }), of({ u: [0], t: [2] }))).toBe(false);
});

test('the same', () => {
  expect(samePartitions(of({ t: [0, 1], u: [2] }), of({ u: [2], t: [1, 0] }))).toBe(true);
  for (const other of [
    of({}),
    of({ t: [0, 1] }),
    of({ t: [0], u: [2] }),
    of({ t: [0, 2], u: [2] }),
    of({ t: [0, 1], v: [2] }),
  ])
    expect(samePartitions(of({ t: [0, 1], u: [2] }), other)).toBe(false);
});

test('both together', () => {
  const one = of({ t: [0] });
  expect(united(one, of({ t: [1], u: [0] }))).toEqual(of({ t: [0, 1], u: [0] }));
  expect(one).toEqual(of({ t: [0] }));
});
