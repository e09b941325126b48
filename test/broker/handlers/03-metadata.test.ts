import { expect, test } from 'vitest';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { rig } from '../broker-fixture.ts';

const flags = { includeClusterAuthorizedOperations: false, includeTopicAuthorizedOperations: false };
const named = (name: string | null, topicId = ZERO_UUID) => ({ name, topicId });

test.each([0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13])('this broker and its topics, version %i', async (version) => {
  const { broker, client } = await rig();
  const { id } = await broker.store.createTopic('t', { partitions: 3 });
  const answer = await client.ask(metadata, version, {
    ...flags,
    topics: version === 0 ? [] : null,
    allowAutoTopicCreation: false,
  });
  expect(answer.brokers).toMatchObject([{ host: '127.0.0.1', port: broker.port }]);
  const [{ nodeId }] = answer.brokers;
  expect(answer.topics).toHaveLength(1);
  expect(answer.topics[0]).toMatchObject({ errorCode: 0, name: 't', isInternal: false });
  expect(
    answer.topics[0].partitions.map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => [
      partitionIndex,
      leaderId,
      replicaNodes,
      isrNodes,
    ]),
  ).toEqual([0, 1, 2].map((index) => [index, nodeId, [nodeId], [nodeId]]));
  if (version >= 10) expect(answer.topics[0].topicId).toBe(id);
  if (version >= 2) expect(answer.clusterId).toBe(broker.store.clusterId);
  if (version >= 1) expect(answer.controllerId).toBe(nodeId);
});

test('from version 1 on, an empty list asks for no topic', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  expect((await client.ask(metadata, 1, { ...flags, topics: [] })).topics).toEqual([]);
});

test('a topic by its id', async () => {
  const { broker, client } = await rig();
  const { id } = await broker.store.createTopic('t');
  const ask = async (topicId: string) =>
    (await client.ask(metadata, 12, { ...flags, topics: [named(null, topicId)] })).topics[0];
  expect(await ask(id)).toMatchObject({ errorCode: 0, name: 't', topicId: id });
  await broker.store.deleteTopic('t');
  expect(await ask(id)).toMatchObject({ errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_ID, name: null, topicId: id });
});

test('a topic that is asked for is made, where that is allowed', async () => {
  const { broker, client } = await rig({ config: { 'num.partitions': 2 } });
  const ask = async (name: string, allowAutoTopicCreation: boolean) =>
    (await client.ask(metadata, 9, { ...flags, topics: [named(name)], allowAutoTopicCreation })).topics[0];
  expect(await ask('new', false)).toMatchObject({
    errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION,
    partitions: [],
  });
  expect(await ask('new', true)).toMatchObject({ errorCode: 0, name: 'new', partitions: [{}, {}] });
  expect(await ask('a/b', true)).toMatchObject({ errorCode: kafkaErrorCodes.INVALID_TOPIC_EXCEPTION });
  expect((await ask('__consumer_offsets', true)).errorCode).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(broker.store.topics().map(({ name }) => name)).toEqual(['new']);
});

test('two clients that ask for the same new topic both get it', async () => {
  const { client, connect } = await rig();
  const others = await Promise.all([connect(), connect()]);
  const answers = await Promise.all(
    [client, ...others].map((each) => each.ask(metadata, 9, { ...flags, topics: [named('new')] })),
  );
  expect(answers.map(({ topics }) => topics[0].errorCode)).toEqual([0, 0, 0]);
});

test.each([1, 9, 12])('a topic that is named many times is answered once, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 3 });
  const topics = ['t', 'none', 't', 'other', 'none', 't'].map((name) => named(name));
  const answer = await client.ask(metadata, version, { ...flags, topics, allowAutoTopicCreation: false });
  // Version 1 cannot say that none may be made.
  const made = version < 4 ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION;
  expect(answer.topics).toMatchObject([
    { errorCode: 0, name: 't' },
    { errorCode: made, name: 'none' },
    { errorCode: made, name: 'other' },
  ]);
});

test('more partitions than CreateTopics makes are not made for a name either', async () => {
  const warnings: unknown[] = [];
  const logger = { warn: (details: unknown) => warnings.push(details) };
  const { broker, client } = await rig({ logger, config: { 'num.partitions': 3_334 } });
  await broker.store.createTopic('old');
  const ask = async (...names: string[]) =>
    (await client.ask(metadata, 9, { ...flags, topics: names.map((name) => named(name)) })).topics;
  const refused = await ask('a', 'old', 'b', 'a b', 'c');
  const { UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION } = kafkaErrorCodes;
  expect(refused.map(({ name, errorCode }) => [name, errorCode])).toEqual([
    ['a', UNKNOWN_TOPIC_OR_PARTITION],
    ['old', 0],
    ['b', UNKNOWN_TOPIC_OR_PARTITION],
    ['a b', INVALID_TOPIC_EXCEPTION],
    ['c', UNKNOWN_TOPIC_OR_PARTITION],
  ]);
  expect(broker.store.topics()).toHaveLength(1);
  expect(warnings).toEqual([{ topics: 3, partitions: 10_002 }]);
  // Repeats, what exists and what cannot be count for nothing.
  expect((await ask('a', 'a', 'a', 'old', 'a b')).map(({ errorCode }) => errorCode)).toEqual([
    0,
    0,
    INVALID_TOPIC_EXCEPTION,
  ]);
});

test('auto.create.topics.enable=false makes none', async () => {
  const { client } = await rig({ config: { 'auto.create.topics.enable': false } });
  const { topics } = await client.ask(metadata, 9, { ...flags, topics: [named('new')] });
  expect(topics[0].errorCode).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
});

test.each([10, 11])('version %i has ids that nobody may ask by', async (version) => {
  const { broker, client } = await rig();
  const { id } = await broker.store.createTopic('t');
  for (const topic of [
    { name: null, topicId: id },
    { name: 't', topicId: id },
  ]) {
    const { topics } = await client.ask(metadata, version, {
      topics: [topic],
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
    });
    expect(topics).toMatchObject([{ errorCode: kafkaErrorCodes.INVALID_REQUEST, name: topic.name ?? '' }]);
  }
});

test.each([12, 13])(
  'where a topic is asked for by its id, all are, as consumers of expressions do, version %i',
  async (version) => {
    const { broker, client } = await rig();
    const { id } = await broker.store.createTopic('t');
    const topics = [named('', id), named('other'), named('', id)];
    const answer = await client.ask(metadata, version, { ...flags, topics, allowAutoTopicCreation: true });
    expect(answer.topics).toMatchObject([{ errorCode: 0, name: 't', topicId: id }]);
    expect(broker.store.findTopic('other')).toBe(null);
  },
);
