import { expect, test } from 'vitest';
import { listGroups } from '#millrace/protocol/apis/16-list-groups.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import { rig } from '../broker-fixture.ts';
import { guardedRig } from '../secure-fixture.ts';
import { soleMember, WireMember } from '../wire-member.ts';

test.each([0, 1, 2, 3, 4, 5])('all groups, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const ask = async () => (await client.ask(listGroups, version, {})).groups;
  expect(await ask()).toEqual([]);
  await soleMember(client, { groupId: 'with members' });
  await new WireMember(client, { groupId: 'simple' }).commit(1);
  const state = (groupState: string) => {
    return { ...(version >= 4 && { groupState }), ...(version >= 5 && { groupType: 'classic' }) };
  };
  const groups = await ask();
  expect(groups).toHaveLength(2);
  expect(groups).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({ groupId: 'with members', protocolType: 'consumer', ...state('Stable') }),
      expect.objectContaining({ groupId: 'simple', protocolType: '', ...state('Empty') }),
    ]),
  );
});

test('those in some states, of some types', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  await soleMember(client, { groupId: 'stable' });
  await new WireMember(client, { groupId: 'empty' }).commit(1);
  const ask = async (statesFilter: string[], typesFilter: string[] = []) => {
    const { groups } = await client.ask(listGroups, 5, { statesFilter, typesFilter });
    return groups.map(({ groupId }) => groupId).sort();
  };
  expect(await ask([])).toEqual(['empty', 'stable']);
  expect(await ask([' sTable '])).toEqual(['stable']);
  expect(await ask(['Empty', 'Dead'])).toEqual(['empty']);
  expect(await ask(['nonsense'])).toEqual([]);
  expect(await ask([], ['CLASSIC'])).toEqual(['empty', 'stable']);
  expect(await ask(['Stable'], ['classic', 'consumer'])).toEqual(['stable']);
  expect(await ask([], ['consumer'])).toEqual([]);
});

test('who may not describe the cluster sees the groups that he may describe', async () => {
  const { alice, root, allow } = await guardedRig();
  for (const groupId of ['mine', 'theirs']) await soleMember(root, { groupId });
  await allow(ResourceType.GROUP, 'mine', AclOperation.DESCRIBE);
  const ask = async () => (await alice.ask(listGroups, 4, {})).groups.map(({ groupId }) => groupId).sort();
  expect(await ask()).toEqual(['mine']);
  await allow(ResourceType.CLUSTER, 'kafka-cluster', AclOperation.DESCRIBE);
  expect(await ask()).toEqual(['mine', 'theirs']);
});
