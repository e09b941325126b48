import { expect, test } from 'vitest';
import type { GroupError } from '#millrace/group/group-requests.js';
import { CLASSIC_REBALANCE_MS, CLASSIC_SESSION_MS, subscribedTo } from './classic-member.ts';
import { ConsumerRig } from './consumer-rig.ts';

/** A group with a member of each protocol, in which all is settled; the classic one is eager. */
async function pair(facts: Parameters<ConsumerRig['classic']>[0] = {}) {
  const rig = await ConsumerRig.make({ t: 4, u: 2 });
  const a = rig.member();
  a.join();
  const b = rig.classic(facts);
  b.join();
  b.sync();
  a.heartbeat();
  a.revoke();
  a.heartbeat();
  b.owned = [];
  b.join();
  b.sync();
  if (rig.state() !== 'Stable' || b.partitions.length !== 2) throw new Error('the group is not settled');
  return { rig, a, b };
}

test('a classic member joins, is led by the broker, and gets its part when others have let go of it', async () => {
  const rig = await ConsumerRig.make({ t: 4 });
  const a = rig.member();
  a.join();
  const b = rig.classic();
  const said = rig.log.length;
  expect(b.join()).toEqual({
    error: null,
    generationId: 2,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: '',
    skipAssignment: false,
    memberId: b.memberId,
    members: [],
  });
  // Whatever its client calls itself.
  expect(b.memberId).toMatch(/^uuid-/);
  expect(rig.kinds(said)).toEqual([
    `member ${b.memberId}`,
    'group',
    'target m1',
    `target ${b.memberId}`,
    'targetEpoch',
    `current ${b.memberId}`,
  ]);
  expect(b.sync()).toMatchObject({ error: null, protocolType: 'consumer', protocolName: 'range' });
  expect([b.partitions, b.beat()]).toEqual([[], null]);
  a.heartbeat();
  expect(b.beat()).toBe(null);
  a.revoke();
  a.heartbeat();
  expect(b.beat()).toBe('REBALANCE_IN_PROGRESS');
  expect(b.join().generationId).toBe(2);
  expect(b.sync().error).toBe(null);
  expect([b.partitions.length, b.beat(), rig.state()]).toEqual([2, null, 'Stable']);
});

test('one that keeps what it has lets go first, and joins for that', async () => {
  const { rig, b } = await pair();
  const c = rig.member();
  c.join();
  expect(b.beat()).toBe('REBALANCE_IN_PROGRESS');
  expect(b.sync().error).toBe('REBALANCE_IN_PROGRESS');
  const before = b.generationId;
  // It says that it has both, and is told what it keeps.
  expect(b.join().generationId).toBe(before);
  expect(b.sync().error).toBe(null);
  expect(b.partitions).toHaveLength(1);
  expect(b.beat()).toBe('REBALANCE_IN_PROGRESS');
  expect(b.join().generationId).toBe(before + 1);
  b.sync();
  expect(b.beat()).toBe(null);
  expect(c.heartbeat().assignment?.size).toBe(1);
});

test('who may not join is told why, and nothing has changed', async () => {
  const { rig, a } = await pair();
  const said = rig.log.length;
  const refused = (facts: Parameters<ConsumerRig['classic']>[0]): GroupError => rig.classic().join(facts).error;
  expect(refused({ protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(refused({ protocols: [] })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(refused({ protocols: [{ name: 'sticky', metadata: subscribedTo(['t']) }] })).toBe(
    'INCONSISTENT_GROUP_PROTOCOL',
  );
  expect(refused({ protocols: [{ name: 'range', metadata: Buffer.of(0) }] })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(refused({ memberId: 'x', groupInstanceId: 'i' })).toBe('UNKNOWN_MEMBER_ID');
  expect(refused({ requiresKnownMemberId: true })).toBe('MEMBER_ID_REQUIRED');
  rig.failure = 'COORDINATOR_NOT_AVAILABLE';
  expect(refused({})).toBe('COORDINATOR_NOT_AVAILABLE');
  rig.failure = null;
  expect([rig.log.length, rig.state(), a.heartbeat().memberEpoch]).toEqual([said, 'Stable', 2]);
});

test('with disabled migration no classic member comes in, and a full group takes nobody', async () => {
  const rig = await ConsumerRig.make({ t: 4 }, { groupConsumerMigrationPolicy: 'disabled' });
  rig.member().join();
  expect(rig.classic().join()).toMatchObject({ error: 'INCONSISTENT_GROUP_PROTOCOL', memberId: '' });
  const full = await ConsumerRig.make({ t: 4 }, { groupConsumerMaxSize: 2 });
  full.member().join();
  const b = full.classic();
  b.join();
  expect(full.classic().join()).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' });
  expect(b.join().error).toBe(null);
});

test('a sync and a heartbeat are for members with the classic protocol, in their generation', async () => {
  const { a, b } = await pair({ groupInstanceId: 'i' });
  expect(b.sync({ protocolName: 'sticky' }).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(b.sync({ protocolType: 'connect' }).error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(b.sync({ protocolType: null, protocolName: null })).toMatchObject({ error: null, protocolName: null });
  for (const [facts, error] of [
    [{ generationId: 1 }, 'ILLEGAL_GENERATION'],
    [{ memberId: 'x' }, 'FENCED_INSTANCE_ID'],
    [{ groupInstanceId: 'j' }, 'UNKNOWN_MEMBER_ID'],
    [{ memberId: a.memberId, groupInstanceId: null }, 'UNKNOWN_MEMBER_ID'],
  ] as const) {
    expect(b.beat(facts), error).toBe(error);
    expect(b.sync(facts).error, error).toBe(error);
  }
});

test('who is not heard of, does not sync or does not join again is removed', async () => {
  const silent = await pair();
  silent.rig.clock.advance(CLASSIC_SESSION_MS - 1);
  expect(silent.b.beat()).toBe(null);
  silent.rig.clock.advance(CLASSIC_SESSION_MS);
  expect(silent.b.beat()).toBe('UNKNOWN_MEMBER_ID');

  const { rig, a, b } = await pair({ sessionTimeoutMs: 10 * CLASSIC_REBALANCE_MS });
  const c = rig.member();
  c.join();
  expect(b.beat()).toBe('REBALANCE_IN_PROGRESS');
  rig.clock.advance(CLASSIC_REBALANCE_MS - 1);
  for (const member of [a, c]) member.heartbeat();
  // Told again it has no more time.
  expect(b.beat()).toBe('REBALANCE_IN_PROGRESS');
  rig.clock.advance(1);
  expect(b.beat()).toBe('UNKNOWN_MEMBER_ID');

  const late = rig.classic({ sessionTimeoutMs: 10 * CLASSIC_REBALANCE_MS });
  late.join();
  rig.clock.advance(CLASSIC_REBALANCE_MS);
  expect(late.beat()).toBe('UNKNOWN_MEMBER_ID');
});

test('members of either protocol are dismissed, by their ids or their instances', async () => {
  const { rig, a } = await pair({ groupInstanceId: 'i' });
  const group = rig.groups.get('g')!;
  const unknown = { memberId: 'x', groupInstanceId: null, reason: null };
  const said = rig.log.length;
  expect(
    group
      .dismiss([unknown, { ...unknown, groupInstanceId: 'j' }, { ...unknown, groupInstanceId: 'i' }])
      .members.map(({ error }) => error),
  ).toEqual(['UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);
  expect(rig.log.length).toBe(said);
  rig.failure = 'NOT_COORDINATOR';
  const byInstance = { memberId: '', groupInstanceId: 'i', reason: null };
  expect(group.dismiss([byInstance])).toEqual({ error: 'NOT_COORDINATOR', members: [] });
  rig.failure = null;
  expect(group.dismiss([byInstance, byInstance])).toMatchObject({
    error: null,
    members: [{ error: null }, { error: null }],
  });
  expect(group.state.members.size).toBe(1);
  expect(group.dismiss([{ memberId: a.memberId, groupInstanceId: null, reason: null }]).members[0].error).toBe(null);
  expect(rig.state()).toBe('Empty');
});

test('a static member takes the place of one with the other protocol, and back', async () => {
  const { rig, b } = await pair({ groupInstanceId: 'i' });
  const c = rig.member({ instanceId: 'i' });
  expect(c.join()).toMatchObject({ error: null });
  expect(c.partitions.map((partition) => Number(partition.at(-1)))).toEqual(b.partitions);
  expect(b.beat()).toBe('FENCED_INSTANCE_ID');
  const d = rig.classic({ groupInstanceId: 'i' });
  // It need not wait until the one before has left, as one with the new protocol must.
  expect(rig.member({ instanceId: 'i' }).join().error).toBe('UNRELEASED_INSTANCE_ID');
  expect(d.join().error).toBe(null);
  d.sync();
  expect(d.partitions).toEqual(b.partitions);
  expect(c.heartbeat().error).toBe('FENCED_INSTANCE_ID');
  rig.clock.advance(CLASSIC_REBALANCE_MS);
  expect(rig.downgrades).toEqual([]);
});

test('who waits in this process is told when it has to join again', async () => {
  const { rig, b } = await pair();
  const told: GroupError[] = [];
  const group = rig.groups.get('g')!;
  group.untilRebalance(b.identity, (error) => void told.push(error));
  expect(told).toEqual([]);
  const c = rig.member();
  c.join();
  expect(told).toEqual(['REBALANCE_IN_PROGRESS']);
  b.join();
  b.sync();
  b.join();
  b.sync();
  group.untilRebalance(b.identity, (error) => void told.push(error));
  rig.groups.drop('g');
  expect(told).toEqual(['REBALANCE_IN_PROGRESS', 'NOT_COORDINATOR']);
});

test('its commits show its generation', async () => {
  const { rig, b } = await pair();
  const group = rig.groups.get('g')!;
  const how = { isTransactional: false, knowsMemberEpochs: false };
  expect(group.checkCommit(b.identity, how)).toBe(null);
  expect(group.checkCommit({ ...b.identity, generationId: 1 }, how)).toBe('ILLEGAL_GENERATION');
  expect(group.checkFetch(b.memberId, 1)).toBe('ILLEGAL_GENERATION');
});

test('a restart changes nothing for it', async () => {
  const { rig, b } = await pair();
  rig.load();
  expect([rig.state(), b.beat(), b.sync().error]).toEqual(['Stable', null, null]);
  rig.clock.advance(CLASSIC_SESSION_MS);
  expect(b.beat()).toBe('UNKNOWN_MEMBER_ID');
});
