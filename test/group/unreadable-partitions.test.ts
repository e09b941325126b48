import { expect, test, vi } from 'vitest';
import { UnreadablePartitions } from '#millrace/group/unreadable-partitions.js';

test('each is told of once, and again when it could be read in between', () => {
  const error = vi.fn();
  const unreadable = new UnreadablePartitions({ error });
  const damage = new Error('damaged');
  for (const partition of [3, 3, 5]) unreadable.tell(partition, damage);
  expect(error.mock.calls.map(([{ partition }]) => partition)).toEqual([3, 5]);
  expect(error.mock.calls[0]).toEqual([
    { err: damage, partition: 3 },
    'the groups of a partition of __consumer_offsets cannot be read',
  ]);
  unreadable.read(3);
  unreadable.tell(3, damage);
  unreadable.tell(5, damage);
  expect(error).toHaveBeenCalledTimes(3);
});
