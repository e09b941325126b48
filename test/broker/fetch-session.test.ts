import { expect, test } from 'vitest';
import { FetchSession, namedPartitions } from '#millrace/broker/fetch-session.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';

const topics = (...asked: [topic: string, partition: number, offset?: number][]) =>
  asked.map(([topic, partition, fetchOffset = 0]) => ({
    topic,
    topicId: ZERO_UUID,
    partitions: [
      {
        partition,
        currentLeaderEpoch: -1,
        fetchOffset,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: 100,
        replicaDirectoryId: ZERO_UUID,
        highWatermark: 0,
      },
    ],
  }));

function session(...asked: Parameters<typeof topics>): FetchSession {
  const made = new FetchSession(1, { usesIds: false, principal: 'User:a', now: 0 });
  made.update({ topics: topics(...asked), forgottenTopicsData: [] });
  return made;
}

const found = (more: object = {}) => ({
  partitionIndex: 0,
  errorCode: 0,
  highWatermark: 5,
  logStartOffset: 0,
  records: Buffer.alloc(0),
  ...more,
});
const order = (of: FetchSession): string[] => of.partitions.map(({ topic, partition }) => `${topic}${partition}`);

test('partitions are added, changed and forgotten', () => {
  const kept = session(['a', 0], ['a', 1], ['b', 0]);
  kept.update({
    topics: topics(['a', 1, 7], ['c', 0]),
    forgottenTopicsData: [{ topic: 'b', topicId: ZERO_UUID, partitions: [0, 9] }],
  });
  expect(order(kept)).toEqual(['a0', 'a1', 'c0']);
  expect(kept.partitions[1].fetchOffset).toBe(7);
  expect(kept.size).toBe(3);
});

test('what did not change need not be told again', () => {
  const kept = session(['a', 0]);
  const [asked] = kept.partitions;
  expect(kept.tell(asked, found())).toBe(true);
  expect(kept.tell(asked, found())).toBe(false);
  expect(kept.tell(asked, found({ highWatermark: 6 }))).toBe(true);
  expect(kept.tell(asked, found({ highWatermark: 6, logStartOffset: 2 }))).toBe(true);
  expect(kept.tell(asked, found({ highWatermark: 6, logStartOffset: 2, records: Buffer.alloc(1) }))).toBe(true);
});

test('an error is told each time, and what is right after it', () => {
  const kept = session(['a', 0]);
  const [asked] = kept.partitions;
  kept.tell(asked, found());
  expect([1, 2].map(() => kept.tell(asked, found({ errorCode: 3 })))).toEqual([true, true]);
  expect(kept.tell(asked, found())).toBe(true);
  expect(kept.tell(asked, found())).toBe(false);
});

test('a partition that had records goes to the end', () => {
  const kept = session(['a', 0], ['b', 0], ['c', 0]);
  kept.tell(kept.partitions[0], found({ records: Buffer.alloc(10) }));
  expect(order(kept)).toEqual(['b0', 'c0', 'a0']);
});

test('the epoch goes on, and after the largest with the first', () => {
  const kept = session(['a', 0]);
  expect(kept.epoch).toBe(1);
  kept.advance(9);
  expect([kept.epoch, kept.lastUsed]).toEqual([2, 9]);
});

test('the partitions that a request names, in its order', () => {
  expect(namedPartitions(topics(['a', 3, 9]), false)).toEqual([
    { topic: 'a', topicId: ZERO_UUID, partition: 3, currentLeaderEpoch: -1, fetchOffset: 9, partitionMaxBytes: 100 },
  ]);
});

test('a partition that a request names many times is one, where it was first and as it was last', () => {
  const named = (asked: ReturnType<typeof topics>, usesIds = false): string[] =>
    namedPartitions(asked, usesIds).map(({ topic, partition, fetchOffset }) => `${topic}${partition}:${fetchOffset}`);
  expect(named(topics(['a', 0, 1], ['b', 0, 2], ['a', 1, 3], ['a', 0, 4]))).toEqual(['a0:4', 'b0:2', 'a1:3']);
  const [a] = topics(['a', 0]);
  const parts = (...numbers: number[]) =>
    numbers.map((partition, fetchOffset) => ({ ...a.partitions[0], partition, fetchOffset }));
  expect(named([{ ...a, partitions: parts(2, 2, 1, 2) }])).toEqual(['a2:3', 'a1:2']);
  expect(named([{ ...a, partitions: parts(2, 1, 0) }])).toEqual(['a2:0', 'a1:1', 'a0:2']);
  // Who names topics by their ids leaves their names empty.
  const byId = ['x', 'y', 'x'].map((topicId) => ({ topic: '', topicId, partitions: parts(0) }));
  expect(namedPartitions(byId, true).map(({ topicId }) => topicId)).toEqual(['x', 'y']);
});
