import { expect, test } from 'vitest';
import { GroupsRig, ORDERS } from './groups-rig.ts';

const DAY = 86_400_000;

test('offsets that are committed, deleted and expire, and rebalances, are counted when they stand in the log', async () => {
  const rig = await GroupsRig.open({ offsetsRetentionMs: DAY });
  const { store } = rig;
  const { counters } = store.groups;
  const none = { offsetCommits: 0, offsetExpirations: 0, offsetDeletions: 0, completedRebalances: 0 };
  expect(counters).toEqual(none);
  const [one, other] = [rig.client(), rig.client()];
  await rig.stable(one);
  expect(counters).toEqual({ ...none, completedRebalances: 1 });
  await rig.stable(one, other);
  expect(counters).toEqual({ ...none, completedRebalances: 2 });
  await one.commit({ ...ORDERS, offset: 1 }, { ...ORDERS, partition: 1, offset: 1 });
  // Too long.
  await one.commit({ ...ORDERS, offset: 2, metadata: 'x'.repeat(5_000) });
  expect(counters).toEqual({ ...none, completedRebalances: 2, offsetCommits: 2 });
  const simple = rig.client({ groupId: 'h' });
  await simple.commit({ ...ORDERS, offset: 1 }, { ...ORDERS, partition: 1, offset: 1 });
  await rig.coordinator.deleteOffsets('h', [ORDERS, { ...ORDERS, partition: 7 }]);
  expect(counters).toMatchObject({ offsetCommits: 4, offsetDeletions: 1 });
  await rig.coordinator.deleteGroups(['h', 'g']);
  expect(counters).toMatchObject({ offsetDeletions: 2, offsetExpirations: 0 });
  const late = rig.client({ groupId: 'late' });
  await late.commit({ ...ORDERS, offset: 1 });
  expect(await store.groups.offsetCount()).toBe(3);
  rig.clock.advance(2 * DAY);
  await rig.store.groups.list();
  expect(counters).toMatchObject({ offsetCommits: 5, offsetDeletions: 2 });
});
