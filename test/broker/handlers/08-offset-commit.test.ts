import { expect, test } from 'vitest';
import { offsetCommit } from '#millrace/protocol/apis/08-offset-commit.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { TestClock } from '#millrace/test-clock.js';
import { rig } from '../broker-fixture.ts';
import { soleMember, WireMember } from '../wire-member.ts';

const { UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID, OFFSET_METADATA_TOO_LARGE } = kafkaErrorCodes;

async function open(options = {}) {
  const made = await rig(options);
  const { id } = await made.broker.store.createTopic('t', { partitions: 2 });
  return { ...made, id };
}

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10])('a member and who is none, version %i', async (version) => {
  const { broker, client, id } = await open();
  const topic = version < 10 ? {} : { topicId: id };
  expect(await new WireMember(client).commit(5, version, topic)).toBe('NONE');
  expect(await broker.store.committedOffsets('g')).toMatchObject([
    { topic: 't', partition: 0, offset: 5, metadata: 'm' },
  ]);
  const member = await soleMember(client);
  expect(await member.commit(7, version, topic)).toBe('NONE');
  member.generationId++;
  expect(await member.commit(8, version, topic)).toBe('ILLEGAL_GENERATION');
  member.memberId = 'nobody';
  expect(await member.commit(8, version, topic)).toBe('UNKNOWN_MEMBER_ID');
  expect(await new WireMember(client).commit(8, version, topic)).toBe('UNKNOWN_MEMBER_ID');
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ offset: 7 }]);
  const lost = new WireMember(client, { groupId: 'gone' });
  lost.generationId = 3;
  lost.memberId = 'x';
  expect(await lost.commit(1, version, topic)).toBe(version < 9 ? 'ILLEGAL_GENERATION' : 'GROUP_ID_NOT_FOUND');
});

test('an offset that was committed by id is not one of another topic of that name', async () => {
  const { broker, client, id } = await open();
  await new WireMember(client).commit(5, 10, { topicId: id });
  const ask = async (topicId?: string): Promise<unknown> => {
    const partitions = [{ topic: 't', partition: 0, ...(topicId && { topicId }) }];
    const { offsets } = await broker.store.groupCoordinator.offsets({ groupId: 'g', partitions, requireStable: true });
    return offsets[0].committed?.offset;
  };
  const other = 'abcdefghijklmnopqrstuA';
  expect([await ask(), await ask(id), await ask(other)]).toEqual([5, 5, undefined]);
  // Who does not say for which it is commits for any.
  await new WireMember(client).commit(6, 9);
  expect(await ask(other)).toBe(6);
});

test('who has joined and not synced hears of the rebalance', async () => {
  const { client } = await open();
  const member = new WireMember(client);
  await member.join();
  expect(await member.commit(1)).toBe('REBALANCE_IN_PROGRESS');
});

test('a group may have no name here, as in Kafka', async () => {
  const { broker, client } = await open();
  expect(await new WireMember(client, { groupId: '' }).commit(1)).toBe('NONE');
  expect(await broker.store.committedOffsets('')).toMatchObject([{ offset: 1 }]);
});

test('each partition has its own answer', async () => {
  const { broker, client, id } = await open({ config: { 'offset.metadata.max.bytes': 3 } });
  const partition = (partitionIndex: number, committedMetadata: string | null = 'abc') => {
    return { partitionIndex, committedOffset: 4, committedLeaderEpoch: 6, committedMetadata };
  };
  const group = { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '' };
  const partitions = [partition(2), partition(0, null), partition(-1), partition(1, 'abcd')];
  const named = await client.ask(offsetCommit, 6, {
    ...group,
    topics: [
      { name: 't', partitions },
      { name: 'u', partitions: [partition(0)] },
    ],
  });
  const codes = (topics: readonly { partitions: readonly { errorCode: number }[] }[]) =>
    topics.map((topic) => topic.partitions.map(({ errorCode }) => errorCode));
  const expected = [UNKNOWN_TOPIC_OR_PARTITION, 0, UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE];
  expect(codes(named.topics)).toEqual([expected, [UNKNOWN_TOPIC_OR_PARTITION]]);
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ partition: 0, leaderEpoch: 6, metadata: '' }]);
  const unknownId = 'ERERESIiMzNERFVVVVVVVQ';
  const byId = await client.ask(offsetCommit, 10, {
    ...group,
    topics: [
      { topicId: id, partitions: [partition(1)] },
      { topicId: unknownId, partitions: [partition(0)] },
    ],
  });
  expect(byId.topics.map(({ topicId }) => topicId)).toEqual([id, unknownId]);
  expect(codes(byId.topics)).toEqual([[0], [UNKNOWN_TOPIC_ID]]);
});

test('old clients say how long their offsets are kept; others are kept as the settings say', async () => {
  const clock = new TestClock();
  const config = { 'offsets.retention.minutes': 10, 'offsets.retention.check.interval.ms': 1_000 };
  const { broker, client } = await open({ clock, config });
  const partitions = [{ partitionIndex: 0, committedOffset: 4, committedMetadata: '' }];
  const request = { generationIdOrMemberEpoch: -1, memberId: '', topics: [{ name: 't', partitions }] };
  await client.ask(offsetCommit, 4, { ...request, groupId: 'short', retentionTimeMs: 60_000 });
  await client.ask(offsetCommit, 5, { ...request, groupId: 'long' });
  const kept = async () => {
    const groups = ['short', 'long'].map((group) => broker.store.committedOffsets(group));
    return (await Promise.all(groups)).map(({ length }) => length);
  };
  clock.advance(59_000);
  expect(await kept()).toEqual([1, 1]);
  clock.advance(3_000);
  await expect.poll(kept).toEqual([0, 1]);
  clock.advance(600_000);
  await expect.poll(kept).toEqual([0, 0]);
});
