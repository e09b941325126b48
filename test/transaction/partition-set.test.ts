import { expect, test } from 'vitest';
import { PartitionSet } from '#millrace/transaction/partition-set.js';

const [a0, a1, b0] = [
  { topic: 'a', partition: 0 },
  { topic: 'a', partition: 1 },
  { topic: 'b', partition: 0 },
];

test('a set of partitions', () => {
  const set = new PartitionSet([a0, b0, { ...a0 }]);
  expect([...set]).toEqual([a0, b0]);
  expect([set.has({ ...b0 }), set.has(a1), set.hasAll([a0, b0]), set.hasAll([a1])]).toEqual([true, false, true, false]);
  expect(set.equals(new PartitionSet([b0, a0]))).toBe(true);
  expect(set.equals(new PartitionSet([a0, a1]))).toBe(false);
  expect(PartitionSet.none.size).toBe(0);
});

test('it is made anew, never changed', () => {
  const set = new PartitionSet([a0]);
  const more = set.with([a1, a0, b0]);
  expect([...more]).toEqual([a0, a1, b0]);
  expect(set.size).toBe(1);
  expect(more.byTopic()).toEqual([
    { topic: 'a', partitions: [0, 1] },
    { topic: 'b', partitions: [0] },
  ]);
});
