import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { joinConsumerGroup } from '../group/consumer/consumer-client.ts';
import { GroupsRig, ORDERS } from '../group/groups-rig.ts';
import { DATA } from './store-fixture.ts';

async function open() {
  const rig = await GroupsRig.open();
  const follower = await openStore(DATA, { readOnly: true, fileSystem: rig.system });
  return { rig, follower };
}

test('members, states and offsets as the coordinator has them, while it goes on', async () => {
  const { rig, follower } = await open();
  expect(await follower.groups.list()).toEqual([]);
  expect(await follower.groups.show('g')).toBe(null);
  const member = rig.client({ clientId: 'till' });
  await rig.stable(member);
  await member.commit({ ...ORDERS, offset: 4 });
  await rig.client({ groupId: 'simple' }).commit({ ...ORDERS, offset: 1 });
  const byName = (a: { groupId: string }, b: { groupId: string }) => (a.groupId < b.groupId ? -1 : 1);
  const told = async () => (await follower.groups.list()).sort(byName);
  expect(await told()).toEqual((await rig.coordinator.list()).sort(byName));
  const group = await follower.groups.show('g');
  expect(group).toEqual(await rig.store.groups.show('g'));
  expect(group).toMatchObject({
    type: 'classic',
    state: 'Stable',
    assignor: 'range',
    members: [{ memberId: member.memberId, clientId: 'till', clientHost: '/127.0.0.1' }],
  });
  const summary = (await follower.groups.summaries()).find(({ groupId }) => groupId === 'g')!;
  expect(summary).toMatchObject({ memberCount: 1, protocolName: 'range', state: 'Stable', type: 'classic' });
  expect([...summary.offsets()]).toMatchObject([['orders', 0, { offset: 4 }]]);
  await rig.settle(member.leave());
  expect(await follower.groups.show('g')).toMatchObject({ state: 'Empty', members: [] });
  await rig.coordinator.deleteGroups(['g', 'simple']);
  expect(await told()).toEqual([]);
  expect(await follower.groups.show('g')).toBe(null);
  await follower.close();
  await expect(follower.groups.list()).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
});

test('a group that rebalances is shown as it was before', async () => {
  const { rig, follower } = await open();
  const one = rig.client();
  await rig.stable(one);
  const joining = rig.client().join();
  joining.catch(() => undefined);
  await rig.settle(Promise.resolve());
  expect(await follower.groups.show('g')).toMatchObject({ state: 'Stable', members: [{}] });
  await follower.close();
});

test('groups of the consumer protocol, with their epochs and what members have and are to have', async () => {
  const { rig, follower } = await open();
  await rig.store.createTopic('t', { partitions: 3 });
  const first = await joinConsumerGroup(rig.store, { clientId: 'till' });
  const same = async (): Promise<unknown> => {
    const shown = await follower.groups.show('g');
    expect(shown).toEqual(await rig.store.groups.show('g'));
    expect(await follower.groups.list()).toEqual(await rig.coordinator.list());
    return shown;
  };
  const all = [0, 1, 2].map((partition) => ({ topic: 't', partition }));
  expect(await same()).toEqual({
    groupId: 'g',
    type: 'consumer',
    state: 'Stable',
    protocolType: 'consumer',
    assignor: 'uniform',
    epoch: 1,
    assignmentEpoch: 1,
    members: [
      {
        memberId: first.memberId,
        groupInstanceId: null,
        clientId: 'till',
        clientHost: '/127.0.0.1',
        partitions: all,
        epoch: 1,
        target: all,
      },
    ],
  });
  await joinConsumerGroup(rig.store, { assignor: 'range' });
  expect(await same()).toMatchObject({ state: 'Reconciling', assignor: 'range', epoch: 2, members: [{}, {}] });
  const summaries = await follower.groups.summaries();
  expect(summaries).toMatchObject([{ type: 'consumer', protocolName: 'range', memberCount: 2 }]);
  expect(await rig.store.groups.summaries()).toMatchObject([{ protocolName: 'range', memberCount: 2 }]);
  const request = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1, retentionMs: -1 };
  await rig.coordinator.commit({ ...request, groupId: 'simple', offsets: [{ topic: 't', partition: 0, offset: 1 }] });
  expect((await follower.groups.list()).map(({ groupId, type }) => `${groupId} ${type}`).sort()).toEqual([
    'g consumer',
    'simple classic',
  ]);
  await rig.restart('close');
  await same();
  await follower.close();
});
