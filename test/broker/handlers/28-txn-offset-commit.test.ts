import { expect, test } from 'vitest';
import { addOffsetsToTxn } from '#millrace/protocol/apis/25-add-offsets-to-txn.js';
import { txnOffsetCommit } from '#millrace/protocol/apis/28-txn-offset-commit.js';
import { rig } from '../broker-fixture.ts';
import { TransactionalClient } from '../transactional-client.ts';
import { soleMember } from '../wire-member.ts';

async function open() {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const producer = new TransactionalClient(client, 'a');
  await producer.init();
  const addGroup = (groupId: string) =>
    client.ask(addOffsetsToTxn, 3, { transactionalId: 'a', ...producer.identity, groupId });
  return { broker, client, producer, addGroup };
}

test.each([0, 1, 2, 3, 4])('counts when the transaction commits, version %i', async (version) => {
  const { broker, producer, addGroup } = await open();
  expect(await producer.commitOffset(version, 'g', 7)).toBe(
    version < 4 ? 'INVALID_TXN_STATE' : 'TRANSACTION_ABORTABLE',
  );
  await addGroup('g');
  expect(await producer.commitOffset(version, 'g', 7)).toBe('NONE');
  expect(await broker.store.committedOffsets('g')).toEqual([]);
  await producer.end('commit');
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ topic: 't', offset: 7, metadata: 'm' }]);
  await addGroup('g');
  expect(await producer.commitOffset(version, 'g', 9)).toBe('NONE');
  await producer.end('abort');
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ offset: 7 }]);
});

test('version 5 takes the group’s partition into the transaction itself', async () => {
  const { broker, producer } = await open();
  expect(await producer.commitOffset(5, 'g', 7, { committedMetadata: null, committedLeaderEpoch: 2 })).toBe('NONE');
  expect(await producer.end('commit', 5)).toBe('NONE');
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ offset: 7, metadata: '', leaderEpoch: 2 }]);
});

test('what cannot be committed is told, and the rest is', async () => {
  const { broker, client, producer, addGroup } = await open();
  await addGroup('g');
  const partition = (partitionIndex: number, committedMetadata = '') => {
    return { partitionIndex, committedOffset: 3, committedMetadata };
  };
  await broker.store.addPartitions('t', 3);
  const topics = [
    { name: 't', partitions: [partition(0), partition(3), partition(1, 'x'.repeat(4097)), partition(2)] },
    { name: 'u', partitions: [partition(0)] },
  ];
  const request = { transactionalId: 'a', groupId: 'g', ...producer.identity, topics };
  const answer = await client.ask(txnOffsetCommit, 3, request);
  const codes = answer.topics.map(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
  // UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE
  expect(codes).toEqual([[0, 3, 12, 0], [3]]);
  await producer.end('commit');
  expect((await broker.store.committedOffsets('g')).map((each) => each.partition)).toEqual([0, 2]);
});

test('who may not', async () => {
  const { client, producer, addGroup } = await open();
  await addGroup('g');
  expect(await producer.commitOffset(3, '', 1)).toBe('INVALID_GROUP_ID');
  expect(await producer.commitOffset(3, 'g', 1, { generationId: 4, memberId: 'x' })).toBe('ILLEGAL_GENERATION');
  const member = await soleMember(client, { groupInstanceId: 'one' });
  const commit = (facts: object) => producer.commitOffset(3, 'g', 1, { ...member.identity, ...facts });
  expect(await commit({ generationId: 9 })).toBe('ILLEGAL_GENERATION');
  expect(await commit({ memberId: 'nobody' })).toBe('FENCED_INSTANCE_ID');
  expect(await commit({ memberId: 'nobody', groupInstanceId: null })).toBe('UNKNOWN_MEMBER_ID');
  expect(await commit({})).toBe('NONE');
  producer.identity = { ...producer.identity, producerEpoch: 5 };
  for (const version of [3, 5]) expect(await producer.commitOffset(version, 'g', 1)).toBe('INVALID_PRODUCER_EPOCH');
});
