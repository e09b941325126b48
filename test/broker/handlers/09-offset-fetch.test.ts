import { expect, test } from 'vitest';
import { offsetFetch } from '#millrace/protocol/apis/09-offset-fetch.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { rig } from '../broker-fixture.ts';
import { TransactionalClient } from '../transactional-client.ts';

const { UNKNOWN_TOPIC_ID, UNSTABLE_OFFSET_COMMIT } = kafkaErrorCodes;
const nothing = { committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 };

async function open() {
  const made = await rig();
  const { broker } = made;
  const { id } = await broker.store.createTopic('t', { partitions: 3 });
  const offsets = [
    { topic: 't', partition: 0, offset: 5, metadata: 'm', leaderEpoch: 2 },
    { topic: 't', partition: 2, offset: 7 },
  ];
  const nobody = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1, retentionMs: -1 };
  await broker.store.groupCoordinator.commit({ ...nobody, offsets });
  return { ...made, id };
}

test.each([1, 2, 3, 4, 5, 6, 7])('of one group, version %i', async (version) => {
  const { client } = await open();
  const ask = (groupId: string, topics: { name: string; partitionIndexes: number[] }[] | null) =>
    client.ask(offsetFetch, version, { groupId, topics });
  const some = [
    { name: 't', partitionIndexes: [1, 0] },
    { name: 'u', partitionIndexes: [0] },
  ];
  const { topics } = await ask('g', some);
  const epoch = version < 5 ? {} : { committedLeaderEpoch: 2 };
  expect(topics).toMatchObject([
    {
      name: 't',
      partitions: [
        { partitionIndex: 1, ...nothing },
        { partitionIndex: 0, committedOffset: 5, metadata: 'm', errorCode: 0, ...epoch },
      ],
    },
    { name: 'u', partitions: [{ partitionIndex: 0, ...nothing }] },
  ]);
  expect((await ask('another', some)).topics[0].partitions).toMatchObject([nothing, nothing]);
  if (version < 2) return;
  const all = await ask('g', null);
  expect(all).toMatchObject({ errorCode: 0, topics: [{ name: 't' }] });
  expect(all.topics[0].partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([0, 2]);
  expect((await ask('another', null)).topics).toEqual([]);
});

test.each([8, 9, 10])('of several groups, version %i', async (version) => {
  const { client, id } = await open();
  const named = (partitionIndexes: number[], topicId = id) => {
    return version < 10 ? { name: 't', partitionIndexes } : { topicId, partitionIndexes };
  };
  const member = { memberId: null, memberEpoch: -1 };
  const asked = [
    { groupId: 'g', topics: [named([2])], ...member },
    { groupId: 'another', topics: [named([0])], ...member },
    { groupId: 'g', topics: null, ...member },
    { groupId: 'another', topics: null, ...member },
  ];
  const { groups } = await client.ask(offsetFetch, version, { groups: asked, requireStable: false });
  const topic = version < 10 ? { name: 't' } : { topicId: id };
  expect(groups).toMatchObject([
    { groupId: 'g', errorCode: 0, topics: [{ ...topic, partitions: [{ partitionIndex: 2, committedOffset: 7 }] }] },
    { groupId: 'another', topics: [{ ...topic, partitions: [{ partitionIndex: 0, ...nothing }] }] },
    { groupId: 'g', topics: [{ ...topic, partitions: [{ committedOffset: 5 }, { committedOffset: 7 }] }] },
    { groupId: 'another', errorCode: 0, topics: [] },
  ]);
});

test('an id that no topic has; and topics that are no more have none', async () => {
  const { broker, client, id } = await open();
  const unknownId = 'ERERESIiMzNERFVVVVVVVQ';
  const topics = [
    { topicId: unknownId, partitionIndexes: [0, 1] },
    { topicId: ZERO_UUID, partitionIndexes: [4] },
    { topicId: id, partitionIndexes: [0] },
  ];
  const answer = await client.ask(offsetFetch, 10, { groups: [{ groupId: 'g', topics }], requireStable: false });
  const codes = answer.groups[0].topics.map((topic) => [
    topic.topicId,
    ...topic.partitions.map((each) => each.errorCode),
  ]);
  expect(codes).toEqual([
    [unknownId, UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_ID],
    [ZERO_UUID, UNKNOWN_TOPIC_ID],
    [id, 0],
  ]);
  await broker.store.deleteTopic('t');
  const all = { groups: [{ groupId: 'g', topics: null }], requireStable: false };
  expect((await client.ask(offsetFetch, 10, all)).groups[0].topics).toEqual([]);
});

test('what was committed for an id is not told of another topic of that name, whoever deleted the first one', async () => {
  const { broker, client, id } = await open();
  const coordinator = broker.store.groupCoordinator;
  const nobody = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1, retentionMs: -1 };
  const other = 'abcdefghijklmnopqrstuA';
  await coordinator.commit({ ...nobody, offsets: [{ topic: 't', topicId: other, partition: 0, offset: 8 }] });
  const ask = async (version: number, named: object): Promise<number[]> => {
    const groups = [{ groupId: 'g', topics: [{ ...named, partitionIndexes: [0, 2] }] }];
    const answer = await client.ask(offsetFetch, version, { groups, requireStable: false });
    return answer.groups[0].topics[0].partitions.map(({ committedOffset }) => committedOffset);
  };
  expect([await ask(9, { name: 't' }), await ask(10, { topicId: id })]).toEqual([
    [8, 7],
    [-1, 7],
  ]);
});

test('who asks for stable offsets waits for the transaction that may set them', async () => {
  const { broker, client } = await open();
  const producer = new TransactionalClient(client, 'x');
  await producer.init();
  expect(await producer.commitOffset(5, 'g', 9)).toBe('NONE');
  const ask = async (requireStable: boolean, version = 7) => {
    const topics = [{ name: 't', partitionIndexes: [0, 2] }];
    const answer = await client.ask(offsetFetch, version, { groupId: 'g', topics, requireStable });
    return answer.topics[0].partitions.map(({ committedOffset, errorCode }) => [committedOffset, errorCode]);
  };
  expect(await ask(false)).toEqual([
    [5, 0],
    [7, 0],
  ]);
  expect(await ask(true)).toEqual([
    [-1, UNSTABLE_OFFSET_COMMIT],
    [7, 0],
  ]);
  await producer.end('commit');
  expect(await ask(true)).toEqual([
    [9, 0],
    [7, 0],
  ]);
  expect(broker.store.failure).toBeNull();
});

test('a coordinator that cannot be asked is no fault of the connection', async () => {
  const { broker, client } = await rig();
  await broker.store.close();
  const topics = [{ name: 't', partitionIndexes: [0] }];
  const { COORDINATOR_NOT_AVAILABLE } = kafkaErrorCodes;
  const one = await client.ask(offsetFetch, 1, { groupId: 'g', topics });
  expect(one.topics).toMatchObject([
    { name: 't', partitions: [{ ...nothing, committedLeaderEpoch: -1, errorCode: COORDINATOR_NOT_AVAILABLE }] },
  ]);
  const two = await client.ask(offsetFetch, 2, { groupId: 'g', topics });
  expect(two).toMatchObject({ errorCode: COORDINATOR_NOT_AVAILABLE, topics: [] });
});
