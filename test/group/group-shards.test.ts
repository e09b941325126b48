import { expect, test } from 'vitest';
import { turn } from '../consumer/consumer-fixture.ts';
import { GroupsRig, ORDERS } from './groups-rig.ts';

const nobody = { memberId: '', groupInstanceId: null, generationId: -1 };
const MESSAGE = 'the groups of a partition of __consumer_offsets cannot be read';

/** Of `g` and `h`, which stand in partitions of their own, that of `h` cannot be loaded. */
async function half(): Promise<GroupsRig> {
  const rig = await GroupsRig.open({ offsetsRetentionMs: 5_000, offsetsRetentionCheckIntervalMs: 1_000 });
  for (const groupId of ['g', 'h'])
    await rig.coordinator.commit({ groupId, ...nobody, offsets: [{ ...ORDERS, offset: 1 }], retentionMs: -1 });
  rig.store.partition('__consumer_offsets', 0).append([{ key: Buffer.from([0]), value: 'x' }]);
  await rig.restart('close');
  return rig;
}

test('a partition that cannot be loaded keeps nobody from the groups of others, and is told once', async () => {
  const rig = await half();
  for (let i = 0; i < 2; i++) {
    expect((await rig.coordinator.list()).map(({ groupId }) => groupId)).toEqual(['g']);
    expect((await rig.store.groups.summaries()).map(({ groupId }) => groupId)).toEqual(['g']);
    expect(await rig.store.groups.offsetCount()).toBe(1);
  }
  const told = rig.messages.all.filter(({ message }) => message === MESSAGE);
  expect(told).toMatchObject([{ level: 'error', details: { partition: 0, err: { code: 'ERR_MILLRACE_CORRUPT' } } }]);
  expect(await rig.offset('g')).toBe(1);
  await expect(rig.offset('h')).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
});

test('who asks of several groups is answered for each', async () => {
  const rig = await half();
  const { groupCoordinator } = rig.store;
  const errors = (await groupCoordinator.describe(['h', 'g'])).map(({ error }) => error);
  expect(errors).toEqual(['NOT_COORDINATOR', null]);
  const consumers = await groupCoordinator.describeConsumerGroups(['h', 'g']);
  expect(consumers.map(({ error }) => error)).toEqual(['NOT_COORDINATOR', 'GROUP_ID_NOT_FOUND']);
  expect(await groupCoordinator.deleteGroups(['h', 'g'])).toEqual(['NOT_COORDINATOR', null]);
});

test('offsets of others expire all the same', async () => {
  const rig = await half();
  for (let second = 0; second < 8; second++) {
    rig.clock.advance(1_000);
    for (let i = 0; i < 20; i++) await turn();
  }
  expect(await rig.offset('g')).toBe(null);
});

test('one that cannot be read any more is as one that could not be loaded', async () => {
  const rig = await half();
  rig.store.partition('__consumer_offsets', 1).append([{ key: Buffer.from([0]), value: 'x' }]);
  expect(await rig.coordinator.list()).toEqual([]);
  expect(rig.messages.all.filter(({ message }) => message === MESSAGE)).toHaveLength(2);
});

test('who asks of a store that is closed is told', async () => {
  const rig = await half();
  const { groupCoordinator } = rig.store;
  await rig.store.close();
  await expect(groupCoordinator.list()).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
});
