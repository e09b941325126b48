import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
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
  expect(await follower.groups.describe(['g'])).toEqual(await rig.coordinator.describe(['g']));
  const member = rig.client({ clientId: 'till' });
  await rig.stable(member);
  await member.commit({ ...ORDERS, offset: 4 });
  await rig.client({ groupId: 'simple' }).commit({ ...ORDERS, offset: 1 });
  const byName = (a: { groupId: string }, b: { groupId: string }) => (a.groupId < b.groupId ? -1 : 1);
  const told = async () => (await follower.groups.list()).sort(byName);
  expect(await told()).toEqual((await rig.coordinator.list()).sort(byName));
  const [group] = await follower.groups.describe(['g']);
  expect(group).toMatchObject({
    error: null,
    state: 'Stable',
    protocolName: 'range',
    members: [{ memberId: member.memberId, clientId: 'till', clientHost: '/127.0.0.1' }],
  });
  expect(Buffer.from(group.members[0].assignment).toString()).toBe('0');
  const summary = (await follower.groups.summaries()).find(({ groupId }) => groupId === 'g')!;
  expect(summary).toMatchObject({ memberCount: 1, protocolName: 'range', state: 'Stable', type: 'classic' });
  expect([...summary.offsets()]).toMatchObject([['orders', 0, { offset: 4 }]]);
  await rig.settle(member.leave());
  expect(await follower.groups.describe(['g'])).toMatchObject([{ state: 'Empty', members: [] }]);
  await rig.coordinator.deleteGroups(['g', 'simple']);
  expect(await told()).toEqual([]);
  expect(await follower.groups.describe(['g'])).toMatchObject([{ error: 'GROUP_ID_NOT_FOUND', state: 'Dead' }]);
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
  expect(await follower.groups.describe(['g'])).toMatchObject([{ state: 'Stable', members: [{}] }]);
  await follower.close();
});
