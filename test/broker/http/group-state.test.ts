import { expect, test } from 'vitest';
import { groupDetail } from '#millrace/broker/http/group-state.js';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { SHOWN_MEMBERS_MAX, SHOWN_PARTITIONS_MAX } from '#millrace/limits.js';
import { GroupsRig, ORDERS } from '../../group/groups-rig.ts';

test('partitions with their lag, and members with what they read', async () => {
  const rig = await GroupsRig.open();
  await rig.store.createTopic('orders', { partitions: 2 });
  rig.store.partition('orders', 0).append([{ value: 'x' }, { value: 'y' }]);
  const member = rig.client({ clientId: 'till', groupInstanceId: 'till-1' });
  await rig.settle(member.join());
  const assignment = encodeAssignment({ partitions: [ORDERS], userData: null });
  await rig.settle(member.sync([{ memberId: member.memberId, assignment }]));
  await member.commit({ ...ORDERS, offset: 1 }, { ...ORDERS, partition: 1, offset: 0 });
  expect(await groupDetail(rig.store, 'g')).toEqual({
    name: 'g',
    partitions: [
      { topic: 'orders', partition: 0, offset: 1, endOffset: 2, lag: 1, clientId: 'till' },
      { topic: 'orders', partition: 1, offset: 0, endOffset: 0, lag: 0, clientId: null },
    ],
    members: [
      {
        memberId: member.memberId,
        groupInstanceId: 'till-1',
        clientId: 'till',
        host: '/127.0.0.1',
        assignment: 'orders:0',
      },
    ],
  });
  expect(await groupDetail(rig.store, 'none')).toBeNull();
});

test('bounded, whatever a group has', async () => {
  const rig = await GroupsRig.open();
  await rig.stable(...Array.from({ length: SHOWN_MEMBERS_MAX + 1 }, () => rig.client()));
  const offsets = Array.from({ length: SHOWN_PARTITIONS_MAX + 1 }, (_, partition) => ({
    ...ORDERS,
    partition,
    offset: 0,
  }));
  await rig.client({ groupId: 'h' }).commit(...offsets);
  expect((await groupDetail(rig.store, 'g'))!.members).toHaveLength(SHOWN_MEMBERS_MAX);
  expect((await groupDetail(rig.store, 'h'))!.partitions).toHaveLength(SHOWN_PARTITIONS_MAX);
});
