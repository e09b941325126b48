import { expect, test } from 'vitest';
import { deleteAcls } from '#millrace/protocol/apis/31-delete-acls.js';
import { listOffsets } from '#millrace/protocol/apis/02-list-offsets.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';

const ofTopic = {
  resourceTypeFilter: 2,
  resourceNameFilter: 't',
  patternTypeFilter: 2,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
};

test('what a filter finds is told, and holds no more on connections that are open', async () => {
  const { root, alice, allow, broker } = await guardedRig();
  await broker.store.createTopic('t');
  await allow(2, 't', 8);
  const topics = [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1 }] }];
  const code = async () =>
    (await alice.ask(listOffsets, 1, { replicaId: -1, topics })).topics[0].partitions[0].errorCode;
  expect(await code()).toBe(0);
  const filters = [ofTopic, { ...ofTopic, operation: 77 }];
  const { filterResults } = await root.ask(deleteAcls, 3, { filters });
  expect(filterResults).toMatchObject([
    {
      errorCode: 0,
      matchingAcls: [{ errorCode: 0, resourceName: 't', principal: 'User:alice', operation: 8, permissionType: 3 }],
    },
    { errorCode: kafkaErrorCodes.INVALID_REQUEST, matchingAcls: [] },
  ]);
  expect(await code()).toBe(kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED);
});

test('who may not, and where there are none', async () => {
  const { alice } = await guardedRig();
  const { client } = await rig();
  const code = async (each: typeof client) =>
    (await each.ask(deleteAcls, 2, { filters: [ofTopic] })).filterResults[0].errorCode;
  expect(await code(alice)).toBe(kafkaErrorCodes.CLUSTER_AUTHORIZATION_FAILED);
  expect(await code(client)).toBe(kafkaErrorCodes.SECURITY_DISABLED);
});
