import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GroupsRig, ORDERS } from './groups-rig.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const none = { offsetCommits: 0, offsetExpirations: 0, offsetDeletions: 0, completedRebalances: 0 };
const OTHER = { ...ORDERS, partition: 1 };

test('a rebalance counts when the leader has assigned', async () => {
  const rig = await GroupsRig.open();
  const { counters } = rig.store.groups;
  expect(counters).toEqual(none);
  const member = rig.client();
  await rig.settle(member.join());
  expect(counters).toEqual(none);
  await rig.settle(member.sync());
  expect(counters).toEqual({ ...none, completedRebalances: 1 });
  await rig.settle(member.sync());
  expect(counters).toEqual({ ...none, completedRebalances: 1 });
});

test('offsets count when they stand in the log: those that are refused do not', async () => {
  const rig = await GroupsRig.open();
  const { counters } = rig.store.groups;
  const client = rig.client();
  await client.commit({ ...ORDERS, offset: 1 }, { ...OTHER, offset: 1 });
  await client.commit({ ...ORDERS, offset: 2, metadata: 'x'.repeat(5_000) });
  await rig.client({ groupId: 'h' }).commit({ ...ORDERS, offset: 1 });
  expect(counters).toEqual({ ...none, offsetCommits: 3 });
  await rig.coordinator.deleteOffsets('g', [ORDERS, { ...ORDERS, partition: 7 }]);
  expect(counters).toEqual({ ...none, offsetCommits: 3, offsetDeletions: 1 });
  expect(await rig.store.groups.offsetCount()).toBe(2);
  await rig.coordinator.deleteGroups(['h', 'g', 'none']);
  expect(counters).toEqual({ ...none, offsetCommits: 3, offsetDeletions: 3 });
});

test('offsets that have had their time are counted apart', async () => {
  const rig = await GroupsRig.open({ offsetsRetentionMs: DAY });
  const { groups } = rig.store;
  await rig.client().commit({ ...ORDERS, offset: 1 }, { ...OTHER, offset: 1 });
  rig.clock.advance(DAY - 1);
  await rig.client({ groupId: 'h' }).commit({ ...ORDERS, offset: 1 });
  rig.clock.advance(HOUR);
  for (let i = 0; i < 100 && (await groups.offsetCount()) > 1; i++) await setImmediate();
  expect(groups.counters).toEqual({ ...none, offsetCommits: 3, offsetExpirations: 2 });
});
