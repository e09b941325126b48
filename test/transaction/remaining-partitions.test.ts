import { expect, test } from 'vitest';
import { PartitionSet } from '#millrace/transaction/partition-set.js';
import { RemainingPartitions } from '#millrace/transaction/remaining-partitions.js';

test('one after the other is done with, in any order, and once', () => {
  const [a0, a1, b0] = [
    { topic: 'a', partition: 0 },
    { topic: 'a', partition: 1 },
    { topic: 'b', partition: 0 },
  ];
  const set = new PartitionSet([a0, a1, b0]);
  const remaining = new RemainingPartitions(set);
  remaining.done({ ...a1 });
  remaining.done({ ...a1 });
  expect([...remaining]).toEqual([a0, b0]);
  remaining.done(b0);
  remaining.done(a0);
  expect([remaining.size, set.size, new RemainingPartitions().size]).toEqual([0, 3, 0]);
});

test('ten thousand take no longer than ten thousand times one', () => {
  const partitions = Array.from({ length: 10_000 }, (_, partition) => ({ topic: 'orders', partition }));
  const remaining = new RemainingPartitions(partitions);
  const begin = performance.now();
  for (const partition of partitions) remaining.done(partition);
  expect(remaining.size).toBe(0);
  // To make the set anew for each took a minute.
  expect(performance.now() - begin).toBeLessThan(5_000);
});
