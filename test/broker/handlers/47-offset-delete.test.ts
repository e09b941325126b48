import { expect, test } from 'vitest';
import { offsetDelete } from '#millrace/protocol/apis/47-offset-delete.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { soleMember, WireMember } from '../wire-member.ts';

const { GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION, INVALID_GROUP_ID } = kafkaErrorCodes;
const { GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP } = kafkaErrorCodes;

test('offsets that nobody reads are forgotten, and each has its answer', async () => {
  const { broker, client } = await rig();
  for (const name of ['t', 'u']) await broker.store.createTopic(name);
  const member = await soleMember(client);
  for (const name of ['t', 'u']) await member.commit(1, 9, { name });
  const partitions = [{ partitionIndex: 0 }, { partitionIndex: 1 }];
  const topics = ['t', 'u', 'v'].map((name) => ({ name, partitions }));
  const answer = await client.ask(offsetDelete, 0, { groupId: 'g', topics });
  expect(answer.errorCode).toBe(0);
  const codes = answer.topics.map(({ name, partitions: all }) => [name, ...all.map(({ errorCode }) => errorCode)]);
  expect(codes).toEqual([
    ['t', GROUP_SUBSCRIBED_TO_TOPIC, UNKNOWN_TOPIC_OR_PARTITION],
    ['u', 0, UNKNOWN_TOPIC_OR_PARTITION],
    ['v', UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_OR_PARTITION],
  ]);
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ topic: 't' }]);
});

test('of a group that is none, or that nobody can read the subscriptions of', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0 }] }];
  const ask = async (groupId: string) => {
    const { errorCode, topics: answered } = await client.ask(offsetDelete, 0, { groupId, topics });
    if (errorCode !== 0) expect(answered).toEqual([]);
    return errorCode;
  };
  expect(await ask('')).toBe(INVALID_GROUP_ID);
  expect(await ask('none')).toBe(GROUP_ID_NOT_FOUND);
  await soleMember(client, {
    groupId: 'workers',
    protocolType: 'connect',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }).catch(() => undefined);
  expect(await ask('workers')).toBe(NON_EMPTY_GROUP);
  await new WireMember(client, { groupId: 'simple' }).commit(1);
  expect(await ask('simple')).toBe(0);
  expect(await broker.store.committedOffsets('simple')).toEqual([]);
});
