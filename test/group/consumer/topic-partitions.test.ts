import { expect, test } from 'vitest';
import { partitionsById, partitionsByName } from '#millrace/group/consumer/topic-partitions.js';
import { FakeTopics, idOf } from './fake-topics.ts';

const topics = new FakeTopics({ a: 3, b: 1 });
const [a, b] = ['a', 'b'].map((name) => topics.find(name)!.id);

test('partitions by names become partitions by ids, those of unknown topics are left out', () => {
  const found = partitionsById(
    [
      { topic: 'a', partition: 2 },
      { topic: 'gone', partition: 0 },
      { topic: 'b', partition: 0 },
      { topic: 'a', partition: 0 },
    ],
    topics,
  );
  expect(found).toEqual(
    new Map([
      [a, new Set([2, 0])],
      [b, new Set([0])],
    ]),
  );
});

test('and back, in the order of their numbers', () => {
  const byId = new Map([
    [b, new Set([0])],
    [idOf('gone'), new Set([1])],
    [a, new Set([2, 0, 1])],
  ]);
  expect(partitionsByName(byId, topics)).toEqual([
    { topic: 'b', partition: 0 },
    { topic: 'a', partition: 0 },
    { topic: 'a', partition: 1 },
    { topic: 'a', partition: 2 },
  ]);
});
