import { expect, test } from 'vitest';
import { GroupWatch } from '#millrace/broker/http/group-watch.js';
import { RATES_KEPT_MAX, SHOWN_GROUPS_MAX } from '#millrace/limits.js';
import { GroupsRig, ORDERS } from '../../group/groups-rig.ts';

async function watched() {
  const rig = await GroupsRig.open();
  await rig.store.createTopic('orders');
  return { rig, watch: new GroupWatch(rig.store), log: rig.store.partition('orders', 0) };
}

test('groups by name, and the lag of each look', async () => {
  const { rig, watch, log } = await watched();
  await watch.look();
  expect([watch.shown, watch.count]).toEqual([[], 0]);
  await rig.stable(rig.client());
  await rig.client({ groupId: 'a' }).commit({ ...ORDERS, offset: 0 });
  await watch.look();
  for (let i = 0; i < 3; i++) {
    log.append([{ value: 'x' }]);
    await watch.look();
  }
  expect(watch.shown).toEqual([
    { name: 'a', state: 'Empty', assignor: '', members: 0, partitions: 1, lag: 3, lags: [0, 1, 2, 3] },
    { name: 'g', state: 'Stable', assignor: 'range', members: 1, partitions: 0, lag: null, lags: [] },
  ]);
  await rig.coordinator.deleteGroups(['a']);
  await watch.look();
  expect(watch.shown.map(({ name }) => name)).toEqual(['g']);
});

test('it keeps so many looks, and shows so many groups', async () => {
  const { rig, watch } = await watched();
  for (let i = 0; i <= SHOWN_GROUPS_MAX; i++) await rig.client({ groupId: `g${i}` }).commit({ ...ORDERS, offset: 0 });
  for (let i = 0; i <= RATES_KEPT_MAX; i++) await watch.look();
  expect([watch.shown.length, watch.count]).toEqual([SHOWN_GROUPS_MAX, SHOWN_GROUPS_MAX + 1]);
  expect(watch.shown[0].lags).toHaveLength(RATES_KEPT_MAX);
});

test('of many groups it shows the first by name, in whatever order they came', async () => {
  const { rig, watch } = await watched();
  const count = 3 * SHOWN_GROUPS_MAX;
  // 7 and 600 have no common divisor: each number once, up and down.
  const names = Array.from({ length: count }, (_, i) => `g${String((i * 7) % count).padStart(3, '0')}`);
  for (const groupId of names) await rig.client({ groupId }).commit({ ...ORDERS, offset: 0 });
  await watch.look();
  expect(watch.shown.map(({ name }) => name)).toEqual(names.sort().slice(0, SHOWN_GROUPS_MAX));
  expect(watch.count).toBe(count);
});

test('a store that is closed leaves what was seen last', async () => {
  const { rig, watch } = await watched();
  await rig.client().commit({ ...ORDERS, offset: 0 });
  await watch.look();
  await rig.store.close();
  await watch.look();
  expect(watch.count).toBe(1);
});
