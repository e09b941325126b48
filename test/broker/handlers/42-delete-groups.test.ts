import { expect, test } from 'vitest';
import { deleteGroups } from '#millrace/protocol/apis/42-delete-groups.js';
import { listGroups } from '#millrace/protocol/apis/16-list-groups.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';
import { nameOf } from '../transactional-client.ts';
import { soleMember, WireMember } from '../wire-member.ts';

test.each([0, 1, 2])('groups without members go, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const member = await soleMember(client);
  await member.commit(1);
  await new WireMember(client, { groupId: 'simple' }).commit(1);
  const ask = async (...groupsNames: string[]) =>
    (await client.ask(deleteGroups, version, { groupsNames })).results.map((each) => [
      each.groupId,
      nameOf(each.errorCode),
    ]);
  expect(await ask('g', 'none', 'simple', 'g')).toEqual([
    ['g', 'NON_EMPTY_GROUP'],
    ['none', 'GROUP_ID_NOT_FOUND'],
    ['simple', 'NONE'],
  ]);
  expect(await broker.store.committedOffsets('simple')).toEqual([]);
  await member.leave();
  expect(await ask('g')).toEqual([['g', 'NONE']]);
  expect(await broker.store.committedOffsets('g')).toEqual([]);
  expect((await client.ask(listGroups, 0, {})).groups).toEqual([]);
});

test('those that may be deleted do', async () => {
  const { alice, root, broker, allow } = await guardedRig();
  await broker.store.createTopic('t');
  for (const groupId of ['mine', 'theirs']) await new WireMember(root, { groupId }).commit(1);
  await allow(ResourceType.GROUP, 'mine', AclOperation.DELETE);
  const { results } = await alice.ask(deleteGroups, 2, { groupsNames: ['theirs', 'mine'] });
  expect(results.map(({ errorCode }) => nameOf(errorCode))).toEqual(['GROUP_AUTHORIZATION_FAILED', 'NONE']);
  expect(await broker.store.committedOffsets('theirs')).toHaveLength(1);
});
