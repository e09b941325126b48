/** Of every API: what a client without rights is answered, and that the right that Kafka asks for is the one that helps. */
import { expect, test } from 'vitest';
import { Access } from '#millrace/broker/access.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { deleteTopics } from '#millrace/protocol/apis/20-delete-topics.js';
import { initProducerId } from '#millrace/protocol/apis/22-init-producer-id.js';
import { alterUserScramCredentials } from '#millrace/protocol/apis/51-alter-user-scram-credentials.js';
import { describeCluster } from '#millrace/protocol/apis/60-describe-cluster.js';
import { listTransactions } from '#millrace/protocol/apis/66-list-transactions.js';
import { describeTopicPartitions } from '#millrace/protocol/apis/75-describe-topic-partitions.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { AclOperation, setOf, supportedOperations } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { type GuardedRig, guardedRig } from './secure-fixture.ts';
import { type Case, denials } from './access-case.ts';
import { cases } from './access-cases.ts';
import { allHandlers } from '#millrace/broker/handlers.js';

const { TOPIC, CLUSTER, TRANSACTIONAL_ID } = ResourceType;
const { WRITE, ALTER, DESCRIBE } = AclOperation;
const { TOPIC_AUTHORIZATION_FAILED } = kafkaErrorCodes;

const ask = async ({ api, version, message, code }: Case, { alice }: GuardedRig): Promise<number> =>
  code(await alice.ask(api, version, message() as never));

test.each(Object.entries(cases))('%s', async (_name, each) => {
  const made = await guardedRig();
  await made.broker.store.createTopic('t');
  for (const [type, name, operation] of each.needs) {
    expect(await ask(each, made)).toBe(denials[type]);
    await made.allow(type, name, operation);
  }
  expect(Object.values(denials)).not.toContain(await ask(each, made));
});

test('a topic that may not be described looks like one that is not there', async () => {
  const { broker, alice } = await guardedRig();
  const { id } = await broker.store.createTopic('secret');
  const names = { topics: [{ name: 'secret' }, { name: 'nowhere' }], allowAutoTopicCreation: true };
  const { topics } = await alice.ask(metadata, 12, {
    ...names,
    topics: names.topics.map((each) => ({ ...each, topicId: ZERO_UUID })),
  });
  const [secret, nowhere] = topics.map(({ name: _name, ...rest }) => rest);
  expect(secret).toEqual(nowhere);
  expect(broker.store.findTopic('nowhere')).toBeNull();
  const byId = await alice.ask(metadata, 12, { topics: [{ name: null, topicId: id }], allowAutoTopicCreation: false });
  expect(byId.topics).toMatchObject([
    { name: null, topicId: id, errorCode: TOPIC_AUTHORIZATION_FAILED, partitions: [] },
  ]);
  expect((await alice.ask(metadata, 12, { topics: null, allowAutoTopicCreation: false })).topics).toEqual([]);
  const all = await alice.ask(describeTopicPartitions, 0, { topics: [], responsePartitionLimit: 10, cursor: null });
  expect(all.topics).toEqual([]);
  const deleted = await alice.ask(deleteTopics, 6, { topics: [{ name: null, topicId: id }], timeoutMs: 1 });
  expect(deleted.responses).toMatchObject([{ name: null, errorCode: TOPIC_AUTHORIZATION_FAILED }]);
});

test.each<[string, AclOperation]>([
  ['CreateTopics', AclOperation.CREATE],
  ['Metadata that makes a topic', AclOperation.CREATE],
  ['DeleteTopics', AclOperation.DELETE],
  ['OffsetForLeaderEpoch', AclOperation.CLUSTER_ACTION],
  ['WriteTxnMarkers', AclOperation.CLUSTER_ACTION],
])('%s: the cluster’s right is enough', async (name, operation) => {
  const made = await guardedRig();
  await made.broker.store.createTopic('t');
  // What makes a topic tells about it, too.
  if (name.startsWith('Metadata')) await made.allow(TOPIC, 'new', DESCRIBE);
  expect(Object.values(denials)).toContain(await ask(cases[name], made));
  await made.allow(CLUSTER, 'kafka-cluster', operation);
  expect(await ask(cases[name], made)).not.toBe(denials[TOPIC]);
  expect(await ask(cases[name], made)).not.toBe(denials[CLUSTER]);
});

test('a topic that may be described and not deleted: its name is told, its id is not', async () => {
  const { broker, alice, allow } = await guardedRig();
  const { id } = await broker.store.createTopic('t');
  await allow(TOPIC, 't', DESCRIBE);
  const ask6 = async (topic: { name: string | null; topicId: string }) =>
    (await alice.ask(deleteTopics, 6, { topics: [topic], timeoutMs: 1 })).responses[0];
  const errorCode = TOPIC_AUTHORIZATION_FAILED;
  expect(await ask6({ name: 't', topicId: ZERO_UUID })).toMatchObject({ name: 't', topicId: ZERO_UUID, errorCode });
  expect(await ask6({ name: null, topicId: id })).toMatchObject({ name: 't', topicId: id, errorCode });
});

test('who may not alter credentials is not told that he names a user twice', async () => {
  const { alice } = await guardedRig();
  const deletion = { name: 'nobody', mechanism: 1 };
  const { results } = await alice.ask(alterUserScramCredentials, 0, {
    deletions: [deletion, deletion],
    upsertions: [],
  });
  expect(results).toMatchObject([{ user: 'nobody', errorCode: denials[CLUSTER] }]);
});

test('what may be done is told where it is asked for', async () => {
  const { broker, alice, root, allow } = await guardedRig();
  await broker.store.createTopic('t');
  await allow(TOPIC, 't', WRITE);
  const asked = { topics: [{ name: 't', topicId: ZERO_UUID }], allowAutoTopicCreation: false };
  const bits = { includeClusterAuthorizedOperations: true, includeTopicAuthorizedOperations: true };
  const mine = await alice.ask(metadata, 8, { ...asked, ...bits });
  expect(mine.topics[0].topicAuthorizedOperations).toBe(setOf(WRITE, DESCRIBE));
  expect(mine.clusterAuthorizedOperations).toBe(0);
  const all = await root.ask(metadata, 8, { ...asked, ...bits });
  expect(all.topics[0].topicAuthorizedOperations).toBe(supportedOperations(TOPIC));
  expect(all.clusterAuthorizedOperations).toBe(supportedOperations(CLUSTER));
  const cluster0 = await alice.ask(describeCluster, 0, { includeClusterAuthorizedOperations: true });
  expect(cluster0.clusterAuthorizedOperations).toBe(0);
  const unasked = await alice.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false });
  expect(unasked.clusterAuthorizedOperations).toBe(-(2 ** 31));
  const page = await alice.ask(describeTopicPartitions, 0, { topics: [], responsePartitionLimit: 10, cursor: null });
  expect(page.topics[0].topicAuthorizedOperations).toBe(setOf(WRITE, DESCRIBE));
});

test('transactions that may not be described are left out', async () => {
  const { alice, root, allow } = await guardedRig();
  for (const transactionalId of ['mine', 'theirs'])
    await root.ask(initProducerId, 1, { transactionalId, transactionTimeoutMs: 1000 });
  await allow(TRANSACTIONAL_ID, 'mine', DESCRIBE);
  const { transactionStates } = await alice.ask(listTransactions, 0, { stateFilters: [], producerIdFilters: [] });
  expect(transactionStates.map(({ transactionalId }) => transactionalId)).toEqual(['mine']);
});

test('an idempotent producer needs a topic that it may write to', async () => {
  const made = await guardedRig();
  expect(await ask(cases.InitProducerId, made)).toBe(denials[CLUSTER]);
  await made.allow(TOPIC, 'some', WRITE, 4);
  expect(await ask(cases.InitProducerId, made)).toBe(0);
});

test('without an authorizer there is nothing to ask', () => {
  const access = Access.of(null, 'User:alice', '127.0.0.1');
  expect(access).toBe(Access.full);
  expect(access.code(ALTER, CLUSTER)).toBe(0);
  expect(access.clusterOperations()).toBe(supportedOperations(CLUSTER));
});

test('no API is forgotten', () => {
  const asked = new Set(Object.values(cases).map(({ api }) => api.name));
  // Those of the log-in; what everybody may know; those whose rights have tests of their own.
  const others = ['ApiVersions', 'SaslHandshake', 'SaslAuthenticate', 'DescribeCluster'];
  const elsewhere = ['ListGroups', 'ListTransactions', 'CreateAcls', 'DeleteAcls'];
  const names = Array.from(allHandlers().values(), ({ api }) => api.name);
  expect(names.filter((name) => !asked.has(name) && ![...others, ...elsewhere].includes(name))).toEqual([]);
});
