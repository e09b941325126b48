import { expect, test } from 'vitest';
import { turn } from '../consumer/consumer-fixture.ts';
import { textOf } from './group-client.ts';
import { GroupsRig, ORDERS } from './groups-rig.ts';

test('members join, are assigned, commit, and leave', async () => {
  const rig = await GroupsRig.open();
  const [a, b] = [rig.client(), rig.client()];
  const first = await rig.settle(a.join());
  expect(first).toMatchObject({ error: null, generationId: 1, leader: a.memberId, protocolName: 'range' });
  expect(textOf(await rig.settle(a.sync()))).toBe('0');
  const joining = b.join();
  await turn();
  expect(await a.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  await rig.settle(Promise.all([a.join(), joining]));
  expect([a.generationId, b.generationId]).toEqual([2, 2]);
  expect([a.joined!.members.length, b.joined!.members.length]).toEqual([2, 0]);
  const synced = await rig.settle(Promise.all([b.sync(), a.sync()]));
  expect(synced.map(textOf)).toEqual(['1', '0']);
  expect(await a.commit({ ...ORDERS, offset: 7, metadata: 'm' })).toEqual([null]);
  expect(await rig.offset()).toBe(7);
  expect(await b.leave()).toBe(null);
  expect(await a.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  expect(await b.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  expect(await a.leave()).toBe(null);
  expect(await rig.coordinator.list()).toEqual([
    { groupId: 'g', protocolType: 'consumer', state: 'Empty', type: 'classic' },
  ]);
});

test('where there is no topic of offsets nobody is told of a group, and nobody makes it by asking', async () => {
  const rig = await GroupsRig.open();
  const { coordinator } = rig;
  const nobody = { groupId: 'g', memberId: 'm', groupInstanceId: null, generationId: 1 };
  expect(await coordinator.heartbeat(nobody)).toBe('UNKNOWN_MEMBER_ID');
  const sync = { protocolType: null, protocolName: null, assignments: [] };
  expect((await coordinator.sync({ ...nobody, ...sync })).error).toBe('UNKNOWN_MEMBER_ID');
  const member = { memberId: 'm', groupInstanceId: null };
  expect(await coordinator.leave('g', [{ ...member, reason: null }])).toEqual({
    error: null,
    members: [{ ...member, error: 'UNKNOWN_MEMBER_ID' }],
  });
  expect(await rig.offset()).toBe(null);
  const all = { groupId: 'g', partitions: null, requireStable: false };
  expect(await coordinator.offsets(all)).toEqual({ error: null, offsets: [] });
  expect(await coordinator.describe(['g'])).toMatchObject([
    { error: 'GROUP_ID_NOT_FOUND', state: 'Dead', members: [] },
  ]);
  expect(await coordinator.list()).toEqual([]);
  expect(await coordinator.deleteGroups(['g'])).toEqual(['GROUP_ID_NOT_FOUND']);
  const refused = { error: 'GROUP_ID_NOT_FOUND', errors: ['GROUP_ID_NOT_FOUND'] };
  expect(await coordinator.deleteOffsets('g', [ORDERS])).toEqual(refused);
  expect(await rig.store.committedOffsets('g')).toEqual([]);
  expect(rig.store.topics()).toEqual([]);
});

test('a request that says no group, or a session out of bounds, is refused', async () => {
  const rig = await GroupsRig.open({ groupMinSessionTimeoutMs: 1_000, groupMaxSessionTimeoutMs: 2_000 });
  const { coordinator } = rig;
  const none = rig.client({ groupId: '' });
  expect(await none.joinOnce()).toMatchObject({ error: 'INVALID_GROUP_ID' });
  expect((await none.sync()).error).toBe('INVALID_GROUP_ID');
  expect(await none.heartbeat()).toBe('INVALID_GROUP_ID');
  expect(await none.leave()).toBe('INVALID_GROUP_ID');
  expect(await coordinator.deleteOffsets('', [])).toEqual({ error: 'INVALID_GROUP_ID', errors: [] });
  for (const sessionTimeoutMs of [999, 2_001])
    expect(await rig.client({ sessionTimeoutMs }).joinOnce()).toMatchObject({ error: 'INVALID_SESSION_TIMEOUT' });
  for (const sessionTimeoutMs of [1_000, 2_000])
    expect(await rig.client({ sessionTimeoutMs }).joinOnce()).toMatchObject({ error: 'MEMBER_ID_REQUIRED' });
});

test.each(['close', 'kill'] as const)('after a %s members go on where they were, and so do offsets', async (how) => {
  const rig = await GroupsRig.open();
  const [a, b] = [rig.client(), rig.client({ groupInstanceId: 'i' })];
  await rig.stable(a, b);
  await a.commit({ ...ORDERS, offset: 3 });
  const before = await b.sync();
  const described = await rig.coordinator.describe(['g']);
  await rig.restart(how);
  expect(await rig.coordinator.describe(['g'])).toEqual(described);
  expect([await a.heartbeat(), await b.heartbeat()]).toEqual([null, null]);
  expect(await b.sync()).toEqual(before);
  expect(await a.commit({ ...ORDERS, offset: 4 })).toEqual([null]);
  expect(await rig.offset()).toBe(4);
  // A join goes on from the generation that was.
  const joining = rig.client().join();
  await turn();
  await rig.settle(Promise.all([a.join(), b.join(), joining]));
  expect(a.generationId).toBe(2);
});

test('members that do not come back after a restart are lost with their sessions', async () => {
  const rig = await GroupsRig.open();
  await rig.stable(rig.client(), rig.client());
  rig.clock.advance(9_999);
  await rig.restart('kill');
  const state = async (): Promise<string> => (await rig.coordinator.describe(['g']))[0].state;
  expect(await state()).toBe('Stable');
  rig.clock.advance(9_999);
  expect(await state()).toBe('Stable');
  rig.clock.advance(1);
  expect(await state()).toBe('Empty');
});

test('who waits when the store closes is told, and nobody is heard after that', async () => {
  const rig = await GroupsRig.open();
  const [a, b] = [rig.client(), rig.client()];
  await rig.stable(a);
  const joining = b.join();
  await turn();
  const { coordinator } = rig;
  await rig.store.close();
  expect((await joining).error).toBe('NOT_COORDINATOR');
  const closed = expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED' });
  await expect(coordinator.heartbeat(a.identity)).rejects.toEqual(closed);
  await expect(coordinator.commit({ ...a.identity, offsets: [], retentionMs: -1 })).rejects.toEqual(closed);
  expect(() => rig.store.groupCoordinator).toThrow(closed);
});

test('a group is lost with its topic, and begins anew', async () => {
  const rig = await GroupsRig.open();
  const a = rig.client();
  await rig.stable(a);
  await rig.store.deleteTopic('__consumer_offsets');
  expect(await a.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  expect(await rig.coordinator.list()).toEqual([]);
  a.memberId = '';
  await rig.stable(a);
  expect(a.generationId).toBe(1);
});

test('a partition that cannot be read says so to its groups, and is tried again', async () => {
  const rig = await GroupsRig.open();
  const a = rig.client();
  await rig.stable(a);
  await rig.restart('close');
  rig.system.fault = (operation, path) =>
    path.includes('__consumer_offsets') && operation === 'open' ? 'EMFILE' : null;
  await expect(a.heartbeat()).rejects.toMatchObject({ code: 'ERR_MILLRACE_IO' });
  rig.system.fault = null;
  expect(await a.heartbeat()).toBe(null);
});

test('groups of all partitions are listed, described and deleted', async () => {
  const rig = await GroupsRig.open();
  const { coordinator } = rig;
  const groupIds = ['a', 'b', 'c', 'd'];
  const retentionMs = -1;
  for (const groupId of groupIds) {
    const nobody = { groupId, memberId: '', groupInstanceId: null, generationId: -1 };
    expect(await coordinator.commit({ ...nobody, offsets: [{ ...ORDERS, offset: 1 }], retentionMs })).toEqual({
      errors: [null],
    });
  }
  const member = rig.client({ groupId: 'd' });
  await rig.stable(member);
  expect((await coordinator.list()).sort((x, y) => (x.groupId < y.groupId ? -1 : 1))).toEqual([
    { groupId: 'a', protocolType: '', state: 'Empty', type: 'classic' },
    { groupId: 'b', protocolType: '', state: 'Empty', type: 'classic' },
    { groupId: 'c', protocolType: '', state: 'Empty', type: 'classic' },
    { groupId: 'd', protocolType: 'consumer', state: 'Stable', type: 'classic' },
  ]);
  expect((await coordinator.describe([...groupIds, 'e'])).map(({ error, state }) => error ?? state)).toEqual([
    'Empty',
    'Empty',
    'Empty',
    'Stable',
    'GROUP_ID_NOT_FOUND',
  ]);
  expect(await coordinator.deleteGroups(['d', 'e', 'a'])).toEqual(['NON_EMPTY_GROUP', 'GROUP_ID_NOT_FOUND', null]);
  expect(await rig.offset('a')).toBe(null);
  await member.leave();
  expect(await coordinator.deleteGroups(['d', 'b'])).toEqual([null, null]);
  await rig.restart('kill');
  expect((await rig.coordinator.list()).map(({ groupId }) => groupId)).toEqual(['c']);
});

test('offsets that nobody uses are forgotten when they have had their time, also those of groups that nobody asks for', async () => {
  const rig = await GroupsRig.open({ offsetsRetentionMs: 5_000, offsetsRetentionCheckIntervalMs: 1_000 });
  const a = rig.client({ sessionTimeoutMs: 100_000 });
  await rig.stable(a);
  await a.commit({ ...ORDERS, offset: 1 });
  // As long as there is a member they stay.
  rig.clock.advance(10_000);
  await turn();
  expect(await rig.offset()).toBe(1);
  await a.leave();
  rig.clock.advance(4_000);
  await rig.restart('kill');
  rig.clock.advance(1_000);
  for (let i = 0; i < 20; i++) await turn();
  const tombstones = rig.records.filter(({ value }) => value === null);
  // Of the offset and of the group.
  expect(tombstones.map(({ key }) => key!.readInt16BE(0))).toEqual([1, 2]);
  expect(await rig.coordinator.list()).toEqual([]);
});
