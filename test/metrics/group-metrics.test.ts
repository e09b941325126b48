import { expect, test } from 'vitest';
import { createMetrics, type MetricsOptions } from '#millrace/metrics/metrics.js';
import { GroupsRig, ORDERS } from '../group/groups-rig.ts';
import { parseMetrics } from './scrape.ts';

async function measured() {
  const rig = await GroupsRig.open();
  await rig.store.createTopic('orders', { partitions: 2 });
  return rig;
}

async function scrape(rig: GroupsRig, options: MetricsOptions = {}): Promise<Record<string, number>> {
  const ours = /^(?:kafka_(?:consumergroup|coordinator_group|server_group)|millrace_consumergroups)/;
  const all = [...parseMetrics(await createMetrics(rig.store, options).metrics())];
  return Object.fromEntries(all.filter(([name]) => ours.test(name)));
}

const coordinator = 'kafka_server_group_coordinator_metrics';
const manager = 'kafka_coordinator_group_groupmetadatamanager';

test('without groups all counts are there, and 0', async () => {
  const found = await scrape(await measured());
  expect(new Set(Object.values(found))).toEqual(new Set([0]));
  expect(Object.keys(found).sort()).toEqual(
    [
      ...['offset_commit', 'offset_expiration', 'offset_deletion', 'group_completed_rebalance'].map(
        (word) => `${coordinator}_${word}_count`,
      ),
      ...['classic', 'consumer'].map((protocol) => `${coordinator}_group_count{protocol="${protocol}"}`),
      ...['offsets', 'groups'].map((word) => `${manager}_num${word}`),
      ...['preparingrebalance', 'completingrebalance', 'stable', 'dead', 'empty'].map(
        (state) => `${manager}_numgroups${state}`,
      ),
      'millrace_consumergroups_omitted',
      'millrace_consumergroups_omitted_lag_max',
    ].sort(),
  );
});

test('groups by state, what they have committed and how far they are behind', async () => {
  const rig = await measured();
  rig.store.partition('orders', 0).append([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  const member = rig.client();
  await rig.stable(member);
  await member.commit({ ...ORDERS, offset: 1 }, { topic: 'orders', partition: 1, offset: 5 });
  await rig.client({ groupId: 'h' }).commit({ topic: 'gone', partition: 0, offset: 5 });
  expect(await scrape(rig)).toMatchObject({
    [`${coordinator}_offset_commit_count`]: 3,
    [`${coordinator}_group_completed_rebalance_count`]: 1,
    [`${coordinator}_group_count{protocol="classic"}`]: 2,
    [`${manager}_numoffsets`]: 3,
    [`${manager}_numgroups`]: 2,
    [`${manager}_numgroupsstable`]: 1,
    [`${manager}_numgroupsempty`]: 1,
    'kafka_consumergroup_members{consumergroup="g"}': 1,
    'kafka_consumergroup_members{consumergroup="h"}': 0,
    'kafka_consumergroup_current_offset{consumergroup="g",topic="orders",partition="0"}': 1,
    'kafka_consumergroup_lag{consumergroup="g",topic="orders",partition="0"}': 2,
    'kafka_consumergroup_lag{consumergroup="g",topic="orders",partition="1"}': -5,
    'kafka_consumergroup_lag_sum{consumergroup="g",topic="orders"}': 2,
    'kafka_consumergroup_current_offset{consumergroup="h",topic="gone",partition="0"}': 5,
  });
  expect(Object.keys(await scrape(rig)).filter((name) => /lag.*gone/.test(name))).toEqual([]);
});

test('after a restart the first scrape knows all of it, and opens no partition of a topic for that', async () => {
  const rig = await measured();
  rig.store.partition('orders', 0).append([{ value: 'a' }, { value: 'b' }]);
  await rig.client().commit({ ...ORDERS, offset: 1 });
  for (const how of ['close', 'kill'] as const) {
    await rig.restart(how);
    expect(await scrape(rig)).toMatchObject({
      'kafka_consumergroup_lag{consumergroup="g",topic="orders",partition="0"}': 1,
      [`${manager}_numoffsets`]: 1,
    });
    expect(rig.store.openPartition('orders', 0)).toBeNull();
  }
});

test('a store that is closed has counters and no groups', async () => {
  const rig = await measured();
  await rig.client().commit({ ...ORDERS, offset: 1 });
  await rig.store.close();
  expect(await scrape(rig)).toMatchObject({ [`${coordinator}_offset_commit_count`]: 1, [`${manager}_numoffsets`]: 0 });
});

test('of many groups those with members are told one by one, and the others counted, as far as there is room', async () => {
  const rig = await measured();
  rig.store.partition('orders', 0).append([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  for (const [i, groupId] of ['a', 'b', 'c'].entries()) await rig.client({ groupId }).commit({ ...ORDERS, offset: i });
  const member = rig.client({ groupId: 'z' });
  await rig.stable(member);
  await member.commit({ ...ORDERS, offset: 3 });
  // Two partitions are more than there is room for then.
  await rig.client({ groupId: 'aa' }).commit({ ...ORDERS, offset: 2 }, { topic: 'orders', partition: 1, offset: 0 });
  const found = await scrape(rig, { groupSeriesMax: 3 * 4 });
  const told = Object.keys(found).filter((name) => name.startsWith('kafka_consumergroup_'));
  expect(new Set(told.map((name) => /consumergroup="(\w+)"/.exec(name)![1]))).toEqual(new Set(['z', 'a', 'b']));
  expect(told).toHaveLength(12);
  expect(found).toMatchObject({
    millrace_consumergroups_omitted: 2,
    millrace_consumergroups_omitted_lag_max: 1,
    [`${manager}_numgroups`]: 5,
    [`${manager}_numoffsets`]: 6,
  });
  expect(await scrape(rig, { groupSeriesMax: 0 })).toMatchObject({
    millrace_consumergroups_omitted: 5,
    millrace_consumergroups_omitted_lag_max: 3,
  });
  expect(await scrape(rig)).toMatchObject({ millrace_consumergroups_omitted: 0 });
});
