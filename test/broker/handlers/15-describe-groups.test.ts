import { expect, test } from 'vitest';
import { describeGroups } from '#millrace/protocol/apis/15-describe-groups.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { AclOperation, supportedOperations } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';
import { soleMember, subscriptionTo, WireMember } from '../wire-member.ts';

const { GROUP_ID_NOT_FOUND, GROUP_AUTHORIZATION_FAILED } = kafkaErrorCodes;

test.each([0, 1, 2, 3, 4, 5, 6])('state, protocol and members, version %i', async (version) => {
  const { client } = await rig();
  const member = await soleMember(client, { groupInstanceId: 'one' });
  const ask = async () =>
    (await client.ask(describeGroups, version, { groups: ['none', 'g'], includeAuthorizedOperations: false })).groups;
  const [none, stable] = await ask();
  const nobody = { protocolType: '', protocolData: '', members: [] };
  expect(none).toMatchObject({
    errorCode: version < 6 ? 0 : GROUP_ID_NOT_FOUND,
    groupId: 'none',
    groupState: 'Dead',
    ...nobody,
  });
  if (version >= 6) expect(none.errorMessage).toBe('Group none not found.');
  const described = {
    memberId: member.memberId,
    clientId: 'test',
    clientHost: '/127.0.0.1',
    memberMetadata: subscriptionTo('t'),
    memberAssignment: Buffer.from('all'),
  };
  const instance = version < 4 ? {} : { groupInstanceId: 'one' };
  expect(stable).toMatchObject({
    errorCode: 0,
    groupState: 'Stable',
    protocolType: 'consumer',
    protocolData: 'range',
    members: [{ ...described, ...instance }],
  });
  if (version >= 3) expect(stable.authorizedOperations).toBe(-(2 ** 31));
  // The leader joins anew: what it had is not said until it is assigned anew.
  await member.join();
  const [, joined] = await ask();
  expect(joined).toMatchObject({
    groupState: 'CompletingRebalance',
    protocolData: '',
    members: [{ memberMetadata: Buffer.alloc(0) }],
  });
});

test('a group that has only committed is empty', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  await new WireMember(client).commit(1);
  const { groups } = await client.ask(describeGroups, 6, { groups: ['g'], includeAuthorizedOperations: true });
  expect(groups).toMatchObject([{ errorCode: 0, errorMessage: null, groupState: 'Empty', protocolType: '' }]);
  expect(groups[0].authorizedOperations).toBe(supportedOperations(ResourceType.GROUP));
});

test('groups that may not be described are in the answer, with nothing of theirs', async () => {
  const { alice, root, allow } = await guardedRig();
  await soleMember(root, { groupId: 'theirs' });
  await allow(ResourceType.GROUP, 'mine', AclOperation.DESCRIBE);
  const { groups } = await alice.ask(describeGroups, 5, {
    groups: ['theirs', 'mine'],
    includeAuthorizedOperations: true,
  });
  expect(groups).toMatchObject([
    { groupId: 'theirs', errorCode: GROUP_AUTHORIZATION_FAILED, groupState: '', members: [] },
    { groupId: 'mine', errorCode: 0, groupState: 'Dead', authorizedOperations: 1 << AclOperation.DESCRIBE },
  ]);
});
