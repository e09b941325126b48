import { expect, test } from 'vitest';
import { decodeAssignment } from '#millrace/group/assignment-format.js';
import { classicAssignment } from '#millrace/group/consumer/classic-assignment.js';
import { encodeSubscription } from '#millrace/group/subscription-format.js';
import { FakeTopics } from './fake-topics.ts';

const topics = new FakeTopics({ t: 2 });
const partitions = new Map([[topics.find('t')!.id, new Set([1, 0])]]);
const subscription = encodeSubscription({
  topics: ['t'],
  userData: null,
  ownedPartitions: [],
  generationId: -1,
  rackId: null,
});

test('a member gets its partitions by the names of their topics', () => {
  expect(decodeAssignment(classicAssignment(partitions, subscription, topics))).toEqual({
    partitions: [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
    ],
    userData: null,
  });
});

test('in the version that it knows, and none that nobody knows', () => {
  const versionOf = (said: number): number => {
    const bytes = Buffer.from(subscription);
    bytes.writeInt16BE(said);
    return classicAssignment(partitions, bytes, topics).readInt16BE();
  };
  expect([0, 1, 2, 3, 9].map(versionOf)).toEqual([0, 1, 2, 3, 3]);
  expect(() => classicAssignment(partitions, Buffer.alloc(1), topics)).toThrow('a subscription of a group member');
});
