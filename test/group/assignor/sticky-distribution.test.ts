import { expect, test } from 'vitest';
import type { MemberSubscription, TopicsMetadata } from '#millrace/group/assignor/assignor.js';
import { distributeSticky } from '#millrace/group/assignor/sticky-distribution.js';

const metadata: TopicsMetadata = { partitionCount: (topic) => (topic === 'a' ? 4 : 1), racks: () => [] };

function member(topics: readonly string[], ...owned: number[]): MemberSubscription {
  const ownedPartitions = owned.map((partition) => ({ topic: 'a', partition }));
  return { topics, userData: null, ownedPartitions, generationId: 1, rackId: null, groupInstanceId: null };
}

const owned = ({ ownedPartitions, generationId }: MemberSubscription) => ({
  partitions: ownedPartitions,
  generationId,
});

test('of members that subscribe to the same it is known what moves', () => {
  const subscriptions = new Map([
    ['x', member(['a'], 0, 1, 2, 3)],
    ['y', member(['a'])],
  ]);
  const { group, lists, transferred } = distributeSticky(metadata, subscriptions, owned);
  expect(group.memberIds).toEqual(['x', 'y']);
  expect(lists.map((list) => list.length)).toEqual([2, 2]);
  expect(lists[0].every((partition) => !lists[1].includes(partition))).toBe(true);
  expect(transferred).toEqual(new Set(lists[1]));
});

test('of members that do not it is not', () => {
  const subscriptions = new Map([
    ['x', member(['a'], 0, 1)],
    ['y', member(['a', 'b'])],
  ]);
  const { lists, transferred } = distributeSticky(metadata, subscriptions, owned);
  expect(transferred).toBe(null);
  expect(lists.flat()).toHaveLength(5);
  expect(lists[0]).toEqual(expect.arrayContaining([0, 1]));
});
