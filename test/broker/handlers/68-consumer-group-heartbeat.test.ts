import { expect, test } from 'vitest';
import { listGroups } from '#millrace/protocol/apis/16-list-groups.js';
import { deleteGroups } from '#millrace/protocol/apis/42-delete-groups.js';
import { describeGroups } from '#millrace/protocol/apis/15-describe-groups.js';
import { offsetFetch } from '#millrace/protocol/apis/09-offset-fetch.js';
import { consumerGroupDescribe } from '#millrace/protocol/apis/69-consumer-group-describe.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { WireConsumer } from '../wire-consumer.ts';
import { WireMember } from '../wire-member.ts';

async function topicRig(options = {}) {
  const made = await rig(options);
  const { id } = await made.broker.store.createTopic('t', { partitions: 2 });
  return { ...made, id };
}

test.each([0, 1])('a member joins, is told what it has, and leaves, version %i', async (version) => {
  const { client, id } = await topicRig();
  const member = new WireConsumer(client, version === 0 ? '' : 'one');
  const joined = await member.join({}, version);
  expect(joined).toMatchObject({
    error: 'NONE',
    errorMessage: null,
    memberEpoch: 1,
    heartbeatIntervalMs: 5_000,
    assignment: { topicPartitions: [{ topicId: id, partitions: [0, 1] }] },
  });
  // The coordinator makes the ids of members that make none.
  if (version === 0) expect(joined.memberId).toMatch(/^[\w-]{22}$/);
  else expect(joined.memberId).toBe('one');
  member.memberId = joined.memberId!;
  expect(await member.heartbeat({}, version)).toMatchObject({ error: 'NONE', assignment: null });
  expect(await member.heartbeat({ memberEpoch: -1 }, version)).toMatchObject({ memberEpoch: -1, assignment: null });
  member.epoch = 1;
  expect((await member.heartbeat({}, version)).error).toBe('UNKNOWN_MEMBER_ID');
});

test('what cannot be is refused', async () => {
  const { client } = await topicRig();
  const member = new WireConsumer(client);
  const error = async (answer: Promise<{ error: string; memberId: string | null; memberEpoch: number }>) => {
    const { memberId, memberEpoch, error: name } = await answer;
    if (name !== 'NONE') expect({ memberId, memberEpoch }).toEqual({ memberId: null, memberEpoch: 0 });
    return name;
  };
  expect(await error(member.heartbeat({ memberEpoch: 1 }))).toBe('GROUP_ID_NOT_FOUND');
  expect(await error(member.join({ groupId: '' }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ memberId: '' }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ instanceId: '' }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ rackId: ' ' }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ rebalanceTimeoutMs: -1 }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ topicPartitions: null }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ subscribedTopicNames: null }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ serverAssignor: 'sticky' }))).toBe('UNSUPPORTED_ASSIGNOR');
  expect(await error(member.join({ subscribedTopicRegex: '(' }))).toBe('INVALID_REGULAR_EXPRESSION');
  expect(await error(member.heartbeat({ memberEpoch: -3 }))).toBe('INVALID_REQUEST');
  expect(await error(member.heartbeat({ memberEpoch: -2 }))).toBe('INVALID_REQUEST');
  expect(await error(member.join({ rackId: 'r', serverAssignor: 'range' }))).toBe('NONE');
});

test('with disabled migration a group of one protocol becomes one of the other when it is empty, and not before', async () => {
  const { client } = await topicRig({ config: { 'group.consumer.migration.policy': 'Disabled' } });
  const classic = new WireMember(client);
  await classic.join();
  const consumer = new WireConsumer(client);
  expect((await consumer.join()).error).toBe('GROUP_ID_NOT_FOUND');
  await classic.leave();
  expect((await consumer.join()).error).toBe('NONE');
  const types = async () => (await client.ask(listGroups, 5, { statesFilter: [], typesFilter: [] })).groups;
  expect(await types()).toMatchObject([
    { groupId: 'g', protocolType: 'consumer', groupState: 'Stable', groupType: 'consumer' },
  ]);
  expect(await classic.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  classic.memberId = '';
  expect((await classic.join()).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await consumer.commit(5)).toBe('NONE');
  await consumer.heartbeat({ memberEpoch: -1 });
  expect((await classic.join()).error).toBe('NONE');
  expect(await types()).toMatchObject([{ groupType: 'classic' }]);
  // What was committed is the group's, whatever it is.
  const topics = [{ name: 't', topicId: '', partitionIndexes: [0] }];
  const answer = await client.ask(offsetFetch, 8, { groups: [{ groupId: 'g', topics }], requireStable: false });
  expect(answer.groups[0].topics[0].partitions[0].committedOffset).toBe(5);
});

test('members of both protocols are in one group', async () => {
  const { client } = await topicRig();
  const classic = new WireMember(client);
  await classic.join();
  const { memberId } = classic;
  const consumer = new WireConsumer(client);
  expect((await consumer.join({ serverAssignor: 'range' })).error).toBe('NONE');
  expect(await classic.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  const joined = await classic.joinOnce();
  expect(joined).toMatchObject({ errorCode: 0, leader: '', protocolType: 'consumer', protocolName: 'range', memberId });
  const { groups } = await client.ask(consumerGroupDescribe, 1, {
    groupIds: ['g'],
    includeAuthorizedOperations: false,
  });
  expect(new Set(groups[0].members.map((member) => member.memberType))).toEqual(new Set([0, 1]));
  await consumer.heartbeat({ memberEpoch: -1 });
  const described = await client.ask(describeGroups, 5, { groups: ['g'], includeAuthorizedOperations: false });
  expect(described.groups[0]).toMatchObject({ groupState: 'PreparingRebalance', members: [{ memberId }] });
});

test('offsets are committed and asked for by who shows its epoch', async () => {
  const { client } = await topicRig();
  const member = new WireConsumer(client);
  await member.join();
  expect(await member.commit(1)).toBe('NONE');
  expect(await member.commit(2, { epoch: 0 })).toBe('STALE_MEMBER_EPOCH');
  expect(await member.commit(2, { memberId: 'other' })).toBe('UNKNOWN_MEMBER_ID');
  expect(await member.commit(2, { version: 8 })).toBe('UNSUPPORTED_VERSION');
  expect(await member.commit(2, { memberId: '', epoch: -1 })).toBe('UNKNOWN_MEMBER_ID');
  const fetched = async (memberId: string | null, memberEpoch: number) => {
    const topics = [{ name: 't', topicId: '', partitionIndexes: [0] }];
    const groups = [{ groupId: 'g', memberId, memberEpoch, topics }];
    const [group] = (await client.ask(offsetFetch, 9, { groups, requireStable: true })).groups;
    return group.errorCode || group.topics[0].partitions[0].committedOffset;
  };
  expect(await fetched('one', 1)).toBe(1);
  expect(await fetched(null, -1)).toBe(1);
  expect(await fetched('one', 0)).toBe(kafkaErrorCodes.STALE_MEMBER_EPOCH);
  expect(await fetched('other', 1)).toBe(kafkaErrorCodes.UNKNOWN_MEMBER_ID);
});

test('a group without members can be deleted, and is unknown to the other describing API', async () => {
  const { client } = await topicRig();
  const member = new WireConsumer(client);
  await member.join();
  const erase = async () => (await client.ask(deleteGroups, 2, { groupsNames: ['g'] })).results[0].errorCode;
  expect(await erase()).toBe(kafkaErrorCodes.NON_EMPTY_GROUP);
  const [described] = (await client.ask(describeGroups, 6, { groups: ['g'], includeAuthorizedOperations: false }))
    .groups;
  expect(described).toMatchObject({ errorCode: kafkaErrorCodes.GROUP_ID_NOT_FOUND, groupState: 'Dead' });
  await member.heartbeat({ memberEpoch: -1 });
  expect(await erase()).toBe(kafkaErrorCodes.NONE);
  expect(await erase()).toBe(kafkaErrorCodes.GROUP_ID_NOT_FOUND);
});

test('an expression brings what it stands for behind the first answer', async () => {
  const { client, broker } = await topicRig();
  await broker.store.createTopic('tea', { partitions: 1 });
  await broker.store.createTopic('coffee', { partitions: 1 });
  const member = new WireConsumer(client);
  expect(await member.join({ subscribedTopicRegex: 't.*' })).toMatchObject({
    memberEpoch: 1,
    assignment: { topicPartitions: [] },
  });
  let count = 0;
  for (let i = 0; i < 50 && count === 0; i++) {
    const { assignment } = await member.heartbeat();
    count = assignment?.topicPartitions.length ?? 0;
  }
  expect(count).toBe(2);
  expect(member.epoch).toBe(2);
});
