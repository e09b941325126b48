import { expect, test } from 'vitest';
import { consumerGroupDescribe } from '#millrace/protocol/apis/69-consumer-group-describe.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { AclOperation, supportedOperations } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';
import { WireConsumer } from '../wire-consumer.ts';
import { soleMember } from '../wire-member.ts';

test.each([0, 1])('epochs, members, what they have and are to have, version %i', async (version) => {
  const { client, broker } = await rig();
  const { id } = await broker.store.createTopic('t', { partitions: 2 });
  const [one, two] = [new WireConsumer(client), new WireConsumer(client, 'two')];
  await one.join({ instanceId: 'i', rackId: 'r', serverAssignor: 'range' });
  await two.join();
  await soleMember(client, { groupId: 'classic' });
  const groupIds = ['g', 'classic', 'none', ''];
  const { groups } = await client.ask(consumerGroupDescribe, version, { groupIds, includeAuthorizedOperations: true });
  const described = new Map(groups.map((group) => [group.groupId, group]));
  const has = (partitions: number[]) => ({
    topicPartitions: partitions.length === 0 ? [] : [{ topicId: id, topicName: 't', partitions }],
  });
  const common = {
    clientId: 'test',
    clientHost: '/127.0.0.1',
    subscribedTopicNames: ['t'],
    subscribedTopicRegex: '',
  };
  const type = { memberType: version === 0 ? -1 : 1 };
  expect(described.get('g')).toEqual({
    errorCode: 0,
    errorMessage: null,
    groupId: 'g',
    groupState: 'Reconciling',
    groupEpoch: 2,
    assignmentEpoch: 2,
    assignorName: 'range',
    authorizedOperations: supportedOperations(ResourceType.GROUP),
    members: [
      {
        ...common,
        ...type,
        memberId: 'one',
        instanceId: 'i',
        rackId: 'r',
        memberEpoch: 1,
        assignment: has([0, 1]),
        targetAssignment: has([0]),
      },
      {
        ...common,
        ...type,
        memberId: 'two',
        instanceId: null,
        rackId: null,
        memberEpoch: 2,
        assignment: has([]),
        targetAssignment: has([1]),
      },
    ],
  });
  for (const unknown of ['classic', 'none'])
    expect(described.get(unknown)).toMatchObject({
      errorCode: kafkaErrorCodes.GROUP_ID_NOT_FOUND,
      errorMessage: `Group ${unknown} not found.`,
      members: [],
    });
  expect(described.get('')).toMatchObject({ errorCode: kafkaErrorCodes.INVALID_GROUP_ID });
});

test('who may not see a topic of it sees nothing of the group', async () => {
  const { DESCRIBE, READ } = AclOperation;
  const { TOPIC, GROUP } = ResourceType;
  const { alice: client, broker, allow, root } = await guardedRig();
  await broker.store.createTopic('t', { partitions: 1 });
  await new WireConsumer(root).join();
  const code = async () =>
    (await client.ask(consumerGroupDescribe, 1, { groupIds: ['g'], includeAuthorizedOperations: false })).groups[0]
      .errorCode;
  expect(await code()).toBe(kafkaErrorCodes.GROUP_AUTHORIZATION_FAILED);
  await allow(GROUP, 'g', DESCRIBE);
  expect(await code()).toBe(kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED);
  await allow(TOPIC, 't', DESCRIBE);
  expect(await code()).toBe(0);
  const member = new WireConsumer(client, 'mine', 'h');
  expect((await member.join()).error).toBe('GROUP_AUTHORIZATION_FAILED');
  await allow(GROUP, 'h', READ);
  expect((await member.join()).error).toBe('NONE');
  expect((await member.join({ subscribedTopicNames: ['u'] })).error).toBe('TOPIC_AUTHORIZATION_FAILED');
});
