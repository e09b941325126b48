import { expect, test } from 'vitest';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import type { ConsumerHeartbeatRequest } from '#millrace/group/consumer/consumer-requests.js';
import { decodeGroupRecord, encodeGroupKey } from '#millrace/group/group-metadata-format.js';
import { turn } from '../consumer/consumer-fixture.ts';
import { subscribedTo } from './consumer/classic-member.ts';
import { textOf } from './group-client.ts';
import { GroupsRig, isSettled, ORDERS } from './groups-rig.ts';

const nobody = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1 };

test('a group stands in the log once a generation, and when it is empty', async () => {
  const rig = await GroupsRig.open();
  const [a, b] = [rig.client(), rig.client()];
  await rig.stable(a, b);
  await b.leave();
  await rig.settle(a.join());
  await rig.settle(a.sync());
  await a.leave();
  const written = rig.records.map(({ key, value }) => decodeGroupRecord(key, value)!);
  expect(written.map((record) => record.kind === 'group' && record.metadata)).toMatchObject([
    { generationId: 1, leader: a.memberId, members: [{}, {}] },
    { generationId: 2, leader: a.memberId, members: [{ memberId: a.memberId }] },
    { generationId: 3, leader: null, protocolName: null, protocolType: 'consumer', members: [] },
  ]);
});

test('a group that nobody came to is nothing', async () => {
  const rig = await GroupsRig.open();
  expect((await rig.client({ protocols: [] }).joinOnce()).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await rig.coordinator.list()).toEqual([]);
  const a = rig.client();
  expect((await a.joinOnce()).error).toBe('MEMBER_ID_REQUIRED');
  expect(await rig.coordinator.list()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
  rig.clock.advance(10_000);
  expect(await rig.coordinator.list()).toEqual([]);
  expect((await a.joinOnce()).error).toBe('UNKNOWN_MEMBER_ID');
  expect(rig.records).toEqual([]);
});

test('where the topic asks for it, what a member is told is on stable storage', async () => {
  const rig = await GroupsRig.open({}, 'manual');
  const open = (async () => {
    const a = rig.client();
    await a.joinOnce();
    return a;
  })();
  while (rig.system.runFlush() || !(await isSettled(open))) await turn();
  const a = await open;
  const change = rig.store.alterTopic('__consumer_offsets', { 'flush.messages': 1 });
  while (rig.system.runFlush() || !(await isSettled(change))) await turn();
  await rig.settle(a.join());
  const synced = a.sync();
  for (let i = 0; i < 5; i++) await turn();
  expect(await isSettled(synced)).toBe(false);
  while (rig.system.runFlush()) await turn();
  expect(textOf(await synced)).toBe('0');
  const commit = a.commit({ ...ORDERS, offset: 1 });
  for (let i = 0; i < 5; i++) await turn();
  expect(await isSettled(commit)).toBe(false);
  // It is to be seen already.
  expect(await rig.offset()).toBe(1);
  while (rig.system.runFlush()) await turn();
  expect(await commit).toEqual([null]);
  const lost = a.commit({ ...ORDERS, offset: 2 });
  const left = a.leave();
  await turn();
  rig.system.fault = (operation) => (operation === 'fdatasync' || operation === 'syncfs' ? 'EIO' : null);
  while (rig.system.runFlush()) await turn();
  expect([await lost, await left]).toEqual([['NOT_COORDINATOR'], 'NOT_COORDINATOR']);
});

test('on a full disk a group is not assigned, and when there is room again it is', async () => {
  const rig = await GroupsRig.open();
  const a = rig.client();
  await rig.settle(a.join());
  const log = rig.store.partition('__consumer_offsets', 1);
  // The segment is full, and there is no room for another.
  log.append([{ key: encodeGroupKey('x'), value: null }]);
  log.configure({ ...log.settings, segmentBytes: log.size - 1 });
  rig.system.fault = (operation, path) =>
    operation === 'open' && /__consumer_offsets.*[1-9]\.log$/.test(path) ? 'ENOSPC' : null;
  expect((await rig.settle(a.sync())).error).toBe('COORDINATOR_NOT_AVAILABLE');
  expect(await a.commit({ ...ORDERS, offset: 1 })).toEqual(['COORDINATOR_NOT_AVAILABLE']);
  expect(
    await rig.coordinator.commit({ ...nobody, groupId: 'c', offsets: [{ ...ORDERS, offset: 1 }], retentionMs: -1 }),
  ).toEqual({
    errors: ['COORDINATOR_NOT_AVAILABLE'],
    isFull: true,
  });
  expect(await rig.offset()).toBe(null);
  rig.system.fault = null;
  log.configure({ ...log.settings, segmentBytes: 1 << 20 });
  await rig.settle(a.join());
  expect(a.generationId).toBe(2);
  expect(textOf(await rig.settle(a.sync()))).toBe('0');
  expect(rig.messages.warnings()).toContain('the state of a group could not be written');
});

test('a store that is offline answers what it can, and writes nothing', async () => {
  const rig = await GroupsRig.open();
  const [a, b] = [rig.client(), rig.client({ groupInstanceId: 'i' })];
  await rig.stable(a, b);
  await a.commit({ ...ORDERS, offset: 1 });
  rig.store.takeOffline(new Error('the disk has failed'));
  expect(await a.heartbeat()).toBe(null);
  expect(await rig.offset()).toBe(1);
  expect(await a.commit({ ...ORDERS, offset: 2 })).toEqual(['NOT_COORDINATOR']);
  expect(await rig.offset()).toBe(1);
  expect(await rig.client({ groupInstanceId: 'i' }).joinOnce()).toMatchObject({ error: 'NOT_COORDINATOR' });
  expect(await b.heartbeat()).toBe(null);
  expect(await rig.coordinator.deleteOffsets('g', [ORDERS])).toMatchObject({ error: null });
  await b.leave();
  await a.leave();
  expect(await rig.coordinator.deleteGroups(['g'])).toEqual(['NOT_COORDINATOR']);
  expect((await rig.coordinator.describe(['g']))[0].state).toBe('Empty');
  // What holds is what the log says.
  await rig.restart('kill');
  expect((await rig.coordinator.describe(['g']))[0].members).toHaveLength(2);
});

test('a group of a later version is not known, and its offsets are', async () => {
  const rig = await GroupsRig.open();
  await rig.coordinator.commit({ ...nobody, offsets: [{ ...ORDERS, offset: 4 }], retentionMs: -1 });
  const log = rig.store.partition('__consumer_offsets', 1);
  log.append([{ key: encodeGroupKey('g'), value: Buffer.from([0, 9, 1]) }]);
  await rig.restart('kill');
  expect(await rig.coordinator.list()).toMatchObject([{ groupId: 'g', protocolType: '', state: 'Empty' }]);
  expect(await rig.offset()).toBe(4);
  expect(rig.messages.warnings()).toContain('a group has a record of a later version');
});

test('a group that somebody is on the way to does not go with its offsets', async () => {
  const rig = await GroupsRig.open({ offsetsRetentionMs: 5_000, offsetsRetentionCheckIntervalMs: 1_000 });
  const [a, b] = [rig.client(), rig.client()];
  await rig.stable(a);
  await a.leave();
  rig.clock.advance(4_000);
  expect((await b.joinOnce()).error).toBe('MEMBER_ID_REQUIRED');
  rig.clock.advance(6_000);
  for (let i = 0; i < 10; i++) await turn();
  expect((await rig.settle(b.joinOnce())).generationId).toBe(3);
});

/** The first of a member with the consumer protocol. */
const comes: ConsumerHeartbeatRequest = {
  groupId: 'g',
  memberId: 'new',
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  clientId: 'c',
  clientHost: '/127.0.0.1',
  rebalanceTimeoutMs: 60_000,
  topicNames: ['orders'],
  topicPattern: null,
  assignor: null,
  owned: new Map(),
  requiresMemberId: true,
  mayDescribe: () => true,
};

async function classicGroup(rig: GroupsRig) {
  await rig.store.createTopic('orders', { partitions: 2 });
  const protocols = [{ name: 'range', metadata: subscribedTo(['orders']) }];
  const [a, b] = [rig.client({ protocols }), rig.client({ protocols })];
  await rig.settle(a.join());
  const partitions = [0, 1].map((partition) => ({ topic: 'orders', partition }));
  const assignment = encodeAssignment({ partitions, userData: null });
  await rig.settle(a.sync([{ memberId: a.memberId, assignment }]));
  return { a, b };
}

test('a group goes from one protocol to the other while it has members, and a restart finds what it is', async () => {
  const rig = await GroupsRig.open();
  const { a, b } = await classicGroup(rig);
  await rig.settle(b.joinOnce());
  const waiting = b.joinOnce();
  const coordinator = () => rig.store.groupCoordinator;
  const type = async () => (await coordinator().list())[0].type;
  const said = rig.records.length;
  expect(await coordinator().consumerHeartbeat(comes)).toMatchObject({ error: null, memberEpoch: 2 });
  expect([(await rig.settle(waiting)).error, await a.heartbeat()]).toEqual(Array(2).fill('REBALANCE_IN_PROGRESS'));
  expect(decodeGroupRecord(rig.records[said].key, rig.records[said].value)).toMatchObject({ kind: 'tombstone' });
  const rebalance = coordinator().untilRebalance({ ...a.identity, generationId: 1 });
  expect(await rebalance).toBe('REBALANCE_IN_PROGRESS');
  for (const member of [a, b]) {
    expect(await member.join()).toMatchObject({ error: null, leader: '', members: [] });
    expect((await member.sync([])).error).toBe(null);
  }
  await rig.restart('kill');
  expect([await type(), await a.heartbeat(), await b.heartbeat()]).toEqual(['consumer', null, null]);
  expect(await a.commit({ ...ORDERS, offset: 1 })).toEqual([null]);
  const told = coordinator().untilRebalance(a.identity);
  expect(await coordinator().consumerHeartbeat({ ...comes, memberEpoch: -1 })).toMatchObject({ error: null });
  expect(await told).toBe('REBALANCE_IN_PROGRESS');
  expect([await type(), await a.heartbeat()]).toEqual(['classic', 'REBALANCE_IN_PROGRESS']);
  const joins = [a.join(), b.join()];
  await rig.settle(Promise.all(joins));
  expect(a.joined!.members.length + b.joined!.members.length).toBe(2);
  await rig.restart('kill');
  expect(await coordinator().describe(['g'])).toMatchObject([{ state: 'Stable', members: [{}, {}] }]);
});

test('what cannot be written has changed no protocol', async () => {
  const rig = await GroupsRig.open();
  const { a } = await classicGroup(rig);
  const { groupCoordinator: coordinator } = rig.store;
  rig.store.takeOffline(new Error('the disk has failed'));
  expect((await coordinator.consumerHeartbeat(comes)).error).toBe('NOT_COORDINATOR');
  expect([(await coordinator.list())[0].type, await a.heartbeat()]).toEqual(['classic', null]);
});
