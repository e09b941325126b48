import { expect, test, vi } from 'vitest';
import { Access } from '#millrace/broker/access.js';
import type { Call } from '#millrace/broker/handler.js';
import {
  askedTopics,
  commitPartitions,
  partitionAnswers,
  partitionCommits,
  refusedCommits,
} from '#millrace/broker/offset-commits.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';

const { UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, GROUP_AUTHORIZATION_FAILED, ILLEGAL_GENERATION } =
  kafkaErrorCodes;
const store = { findTopic: (name: string) => (name === 't' ? { partitions: 2 } : null), groupCoordinator: {} };
const call = { access: Access.full, broker: { store } } as unknown as Call;
const partition = (partitionIndex: number, committedMetadata: string | null = 'm') => {
  return { partitionIndex, committedOffset: 3, committedLeaderEpoch: 1, committedMetadata };
};
const asked = { name: 't', partitions: [partition(0), partition(2), partition(1, null)] };
const codes = (commits: ReturnType<typeof partitionCommits>) => commits.map(({ errorCode }) => errorCode);

test('what is not there is known at once, and so is what may not be', () => {
  const commits = partitionCommits('t', asked, 0, call);
  expect(codes(commits)).toEqual([0, UNKNOWN_TOPIC_OR_PARTITION, 0]);
  expect(commits[2].offset).toEqual({ topic: 't', partition: 1, offset: 3, leaderEpoch: 1, metadata: '' });
  expect(codes(partitionCommits('u', asked, 0, call))).toEqual(Array(3).fill(UNKNOWN_TOPIC_OR_PARTITION));
  expect(codes(partitionCommits(null, asked, 0, call))).toEqual(Array(3).fill(UNKNOWN_TOPIC_ID));
  const denied = GROUP_AUTHORIZATION_FAILED;
  expect(codes(partitionCommits(null, asked, denied, call))).toEqual(Array(3).fill(denied));
});

test('the rest is committed, each with its own answer', async () => {
  const commits = partitionCommits('t', asked, 0, call);
  const write = vi.fn(async () => ({ errors: [null, 'ILLEGAL_GENERATION' as const] }));
  await commitPartitions(commits, call, write);
  expect(write).toHaveBeenCalledWith(store.groupCoordinator, [commits[0].offset, commits[2].offset]);
  expect(partitionAnswers(commits)).toEqual([
    { partitionIndex: 0, errorCode: 0 },
    { partitionIndex: 2, errorCode: UNKNOWN_TOPIC_OR_PARTITION },
    { partitionIndex: 1, errorCode: ILLEGAL_GENERATION },
  ]);
  // Nothing is left to be asked for.
  await commitPartitions(commits.slice(1), call, write);
  expect(write).toHaveBeenCalledOnce();
});

test('one error for all, which the version may call by another name', async () => {
  const commits = partitionCommits('t', asked, 0, call);
  const write = async () => refusedCommits([commits[0].offset, commits[2].offset], 'GROUP_ID_NOT_FOUND');
  await commitPartitions(commits, call, write, () => 7);
  expect(codes(commits)).toEqual([7, UNKNOWN_TOPIC_OR_PARTITION, 7]);
});

test('a topic without partitions is not asked for', () => {
  const topics = [asked, { ...asked, partitions: [] }];
  expect(askedTopics(topics)).toEqual([asked]);
});
