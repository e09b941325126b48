import { expect, test } from 'vitest';
import { offsetFetch } from '#millrace/protocol/apis/09-offset-fetch.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { failedPartitions } from '#millrace/broker/offset-fetches.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { guardedRig } from './secure-fixture.ts';
import { WireMember } from './wire-member.ts';

test('topics that may not be described: refused where they are asked for, left out of all', async () => {
  const { alice, root, broker, allow } = await guardedRig();
  for (const name of ['t', 'secret']) {
    await broker.store.createTopic(name);
    await new WireMember(root).commit(1, 8, { name });
  }
  await allow(ResourceType.GROUP, 'g', AclOperation.DESCRIBE);
  await allow(ResourceType.TOPIC, 't', AclOperation.DESCRIBE);
  const names = ['secret', 't', 'nowhere'];
  const topics = names.map((name) => ({ name, partitionIndexes: [0] }));
  const some = await alice.ask(offsetFetch, 7, { groupId: 'g', topics });
  const { TOPIC_AUTHORIZATION_FAILED } = kafkaErrorCodes;
  expect(
    some.topics.map(({ name, partitions: [{ committedOffset, errorCode }] }) => [name, committedOffset, errorCode]),
  ).toEqual([
    ['secret', -1, TOPIC_AUTHORIZATION_FAILED],
    ['t', 1, 0],
    ['nowhere', -1, TOPIC_AUTHORIZATION_FAILED],
  ]);
  const all = await alice.ask(offsetFetch, 7, { groupId: 'g', topics: null });
  expect(all.topics.map(({ name }) => name)).toEqual(['t']);
  const other = await alice.ask(offsetFetch, 7, { groupId: 'other', topics: null });
  expect(other).toMatchObject({ errorCode: kafkaErrorCodes.GROUP_AUTHORIZATION_FAILED, topics: [] });
});

test('an error is told of each partition', () => {
  expect(failedPartitions([4], 7)).toEqual([
    { partitionIndex: 4, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 7 },
  ]);
});
