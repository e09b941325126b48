import { expect, test } from 'vitest';
import { lagsOf, lagSum, partitionLag } from '#millrace/group/group-lag.js';
import { comparePartitions } from '#millrace/group/partitions-format.js';
import { GroupsRig, ORDERS } from './groups-rig.ts';

const lag = (offset: number | null, endOffset: number | null) => partitionLag(ORDERS, offset, endOffset).lag;

test('what is between the offset and the end, where both are known', () => {
  expect(partitionLag(ORDERS, 3, 10)).toEqual({ ...ORDERS, offset: 3, endOffset: 10, lag: 7 });
  expect([lag(10, 10), lag(null, 10), lag(3, null), lag(12, 10)]).toEqual([0, null, null, -2]);
});

test('the sum of those that are known; who is ahead takes nothing away', () => {
  const sum = (...lags: (number | null)[]) => lagSum(lags.map((each) => ({ lag: each })));
  expect([sum(), sum(null), sum(0), sum(1, null, 2), sum(5, -3)]).toEqual([null, null, 0, 3, 5]);
});

test('of each partition that a group has committed', async () => {
  const rig = await GroupsRig.open();
  await rig.client().commit({ ...ORDERS, offset: 1 }, { ...ORDERS, partition: 3, offset: 2 });
  const [summary] = await rig.store.groups.summaries();
  const lags = lagsOf(summary, (topic, partition) => (partition === 3 ? null : topic.length));
  expect(lags.sort(comparePartitions)).toEqual([
    { ...ORDERS, offset: 1, endOffset: 6, lag: 5 },
    { ...ORDERS, partition: 3, offset: 2, endOffset: null, lag: null },
  ]);
});
