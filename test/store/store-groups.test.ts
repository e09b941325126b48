import { expect, test } from 'vitest';
import { GroupsRig, ORDERS } from '../group/groups-rig.ts';

test('the topic of offsets is made by the first who joins or commits, as Kafka makes it', async () => {
  const rig = await GroupsRig.open({ offsetsPartitions: 5 });
  const a = rig.client({ clientId: 'mine' });
  const b = rig.client({ groupId: 'h', groupInstanceId: 'i' });
  // At the same time, and it is made once.
  await rig.settle(Promise.all([a.join(), b.join()]));
  expect(rig.store.topics()).toMatchObject([{ name: '__consumer_offsets', partitions: 5 }]);
  // Ids are never the same, and begin as Kafka's do.
  expect(a.memberId).toMatch(/^mine-[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  expect(b.memberId).toMatch(/^i-[0-9a-f]{8}-/);
});

test('the store’s settings are those of its groups', async () => {
  const rig = await GroupsRig.open({
    groupMaxSize: 1,
    groupInitialRebalanceDelayMs: 2_000,
    groupMinSessionTimeoutMs: 5,
  });
  const a = rig.client({ sessionTimeoutMs: 5 });
  await a.joinOnce();
  let joined = false;
  const joining = a.joinOnce().then((answer) => (joined = answer.error === null));
  await rig.coordinator.list();
  rig.clock.advance(4);
  await rig.settle(rig.coordinator.list());
  expect(joined).toBe(false);
  rig.clock.advance(1_996);
  await rig.settle(joining);
  expect((await rig.client().joinOnce()).error).toBe('GROUP_MAX_SIZE_REACHED');
});

test('committed offsets are those of the coordinator, and all of them outlive the store', async () => {
  const rig = await GroupsRig.open();
  const nobody = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1 };
  await rig.coordinator.commit({ ...nobody, offsets: [{ ...ORDERS, offset: 4 }], retentionMs: -1 });
  expect(await rig.store.committedOffsets('g')).toMatchObject([{ ...ORDERS, offset: 4 }]);
  await rig.restart('close');
  expect(await rig.store.committedOffsets('g')).toMatchObject([{ ...ORDERS, offset: 4 }]);
});
