import { expect, test } from 'vitest';
import { ConsumerRig } from './consumer-rig.ts';
import { partitionsOf } from './consumer-client.ts';

const all = ['t-0', 't-1', 't-2', 't-3', 't-4', 't-5'];

test('the first member gets everything, in the records and their order that Kafka writes', async () => {
  const rig = await ConsumerRig.make();
  const a = rig.member();
  expect(a.join()).toMatchObject({ error: null, memberId: 'm1', memberEpoch: 1, heartbeatIntervalMs: 5_000 });
  expect(a.partitions).toEqual(all);
  expect(rig.state()).toBe('Stable');
  expect(rig.kinds()).toEqual(['member m1', 'group', 'target m1', 'targetEpoch', 'current m1']);
  const said = rig.log.length;
  expect(a.heartbeat()).toMatchObject({ error: null, memberEpoch: 1, assignment: null });
  expect(rig.kinds(said)).toEqual([]);
});

test('a second member gets its part when the first has let go of it', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  a.join();
  expect(b.join()).toMatchObject({ memberEpoch: 2 });
  expect(b.partitions).toEqual([]);
  expect(rig.state()).toBe('Reconciling');
  // It is told what it keeps, and stays in its epoch until it has let go.
  expect(a.heartbeat()).toMatchObject({ memberEpoch: 1 });
  expect(a.partitions).toHaveLength(3);
  expect(b.heartbeat().assignment).toBe(null);
  expect(a.heartbeat()).toMatchObject({ memberEpoch: 1, assignment: null });
  a.revoke();
  expect(a.heartbeat()).toMatchObject({ memberEpoch: 2 });
  expect(partitionsOf(b.heartbeat().assignment)).toHaveLength(3);
  expect([...a.partitions, ...b.partitions].sort()).toEqual(all);
  expect(rig.state()).toBe('Stable');
});

test('who leaves gives all it has to the others', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  a.join();
  b.join();
  rig.settle(a, b);
  const said = rig.log.length;
  expect(b.leave()).toMatchObject({ error: null, memberId: 'm2', memberEpoch: -1, heartbeatIntervalMs: 0 });
  expect(rig.kinds(said)).toEqual(['current m2 gone', 'target m2 gone', 'member m2 gone', 'group']);
  expect(rig.state()).toBe('Assigning');
  a.heartbeat();
  expect(a.partitions).toEqual(all);
  a.leave();
  expect(rig.state()).toBe('Empty');
  expect(a.heartbeat()).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
});

test('a member that is not heard of for a session is removed', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  a.join();
  b.join();
  rig.settle(a, b);
  rig.clock.advance(44_999);
  a.heartbeat();
  expect(rig.groups.get('g')!.state.members.size).toBe(2);
  rig.clock.advance(1);
  expect(rig.groups.get('g')!.state.members.size).toBe(1);
  a.heartbeat();
  expect(a.partitions).toEqual(all);
  expect(b.heartbeat()).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
});

test('a member that does not let go in time is removed, however often it is heard of', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member({ rebalanceTimeoutMs: 50_000 }), rig.member()];
  a.join();
  b.join();
  a.heartbeat();
  for (let i = 0; i < 2; i++) {
    rig.clock.advance(24_999);
    expect(a.heartbeat().error).toBe(null);
    b.heartbeat();
  }
  rig.clock.advance(2);
  expect(a.heartbeat()).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
  b.heartbeat();
  expect(b.partitions).toEqual(all);
});

test('who has let go in time has no time-out any more', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  a.join();
  b.join();
  rig.settle(a, b);
  for (let i = 0; i < 4; i++) {
    rig.clock.advance(20_000);
    expect([a.heartbeat().error, b.heartbeat().error]).toEqual([null, null]);
  }
});

test('epochs: too high and too low are fenced, the one before is not if the answer was lost', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  a.join();
  b.join();
  a.heartbeat();
  a.revoke();
  const before = a.epoch;
  const lost = rig.groups.heartbeat(a.request({ owned: a.owned }));
  expect(lost).toMatchObject({ memberEpoch: before + 1 });
  const again = rig.groups.heartbeat(a.request({ owned: a.owned, rebalanceTimeoutMs: 60_000, topicNames: ['t'] }));
  expect(again).toMatchObject({ error: null, memberEpoch: before + 1 });
  expect(partitionsOf(again.assignment)).toEqual(a.partitions);
  const fenced = { error: 'FENCED_MEMBER_EPOCH' };
  expect(rig.groups.heartbeat(a.request({ owned: null }))).toMatchObject(fenced);
  expect(rig.groups.heartbeat(a.request({ owned: new Map([['other', new Set([0])]]) }))).toMatchObject(fenced);
  expect(rig.groups.heartbeat(a.request({ memberEpoch: before + 2, owned: a.owned }))).toMatchObject(fenced);
  // Fenced, it joins again under its id, and gets what it had.
  expect(a.join()).toMatchObject({ error: null, memberEpoch: before + 1 });
  expect(a.partitions).toHaveLength(3);
});

test('a static member is back with what it had, without a rebalance', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member({ instanceId: 'one' }), rig.member()];
  a.join();
  b.join();
  rig.settle(a, b);
  const had = a.partitions;
  const another = rig.member({ instanceId: 'one' });
  expect(another.join()).toMatchObject({ error: 'UNRELEASED_INSTANCE_ID' });
  expect(a.leave(-2)).toMatchObject({ error: null, memberEpoch: -2 });
  const said = rig.log.length;
  expect(another.join()).toMatchObject({ error: null, memberEpoch: a.epoch });
  expect(another.partitions).toEqual(had);
  expect(rig.kinds(said)).toEqual([
    'current m1 gone',
    'target m1 gone',
    'member m1 gone',
    'member m3',
    'target m3',
    'current m3',
    'current m3',
  ]);
  expect(b.heartbeat()).toMatchObject({ assignment: null, memberEpoch: b.epoch });
  expect(a.heartbeat()).toMatchObject({ error: 'FENCED_INSTANCE_ID' });
  expect(a.leave()).toMatchObject({ error: 'FENCED_INSTANCE_ID' });
  expect(rig.member({ instanceId: 'none' }).leave(-2)).toMatchObject({ error: 'UNKNOWN_MEMBER_ID' });
  // The old one's session must not end the new one.
  rig.clock.advance(40_000);
  another.heartbeat();
  b.heartbeat();
  rig.clock.advance(10_000);
  expect(another.heartbeat().error).toBe(null);
});

test('a static member that is not back in time is removed', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member({ instanceId: 'one' }), rig.member()];
  a.join();
  b.join();
  rig.settle(a, b);
  a.leave(-2);
  rig.clock.advance(30_000);
  b.heartbeat();
  rig.clock.advance(15_000);
  b.heartbeat();
  expect(b.partitions).toEqual(all);
});

test('more members than there may be are sent away', async () => {
  const rig = await ConsumerRig.make({ t: 1 }, { groupConsumerMaxSize: 1 });
  const a = rig.member();
  a.join();
  expect(rig.member().join()).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED' });
  expect(a.join()).toMatchObject({ error: null });
});

test('another subscription brings another assignment, and what is no longer subscribed to goes at once', async () => {
  const rig = await ConsumerRig.make({ t: 2, u: 2 });
  const a = rig.member();
  a.join();
  expect(a.heartbeat({ topicNames: ['u'] })).toMatchObject({ memberEpoch: 1 });
  expect(a.partitions).toEqual([]);
  a.revoke();
  expect(a.heartbeat()).toMatchObject({ memberEpoch: 2 });
  expect(a.partitions).toEqual(['u-0', 'u-1']);
});

test('topics that are made, grow and go change what members have', async () => {
  const rig = await ConsumerRig.make({ t: 1 });
  const a = rig.member({ topicNames: ['t', 'u'] });
  a.join();
  expect(a.partitions).toEqual(['t-0']);
  rig.topics.set('u', 1);
  expect(a.heartbeat()).toMatchObject({ memberEpoch: 2 });
  expect(a.partitions).toEqual(['t-0', 'u-0']);
  rig.topics.set('t', 3);
  a.heartbeat();
  expect(a.partitions).toEqual(['t-0', 't-1', 't-2', 'u-0']);
  rig.topics.delete('u');
  a.heartbeat();
  a.revoke();
  a.heartbeat();
  expect(a.partitions).toEqual(['t-0', 't-1', 't-2']);
  // Topics that nobody subscribes to are no matter of the group's.
  const { epoch } = a;
  rig.topics.set('other', 3);
  expect(a.heartbeat()).toMatchObject({ memberEpoch: epoch, assignment: null });
});

test('most members choose the assignor', async () => {
  const rig = await ConsumerRig.make({ t: 4 });
  const a = rig.member({ assignor: 'range' });
  a.join();
  expect(rig.groups.get('g')!.describe().assignor).toBe('range');
  const [b, c] = [rig.member({ assignor: 'uniform' }), rig.member({ assignor: 'uniform' })];
  b.join();
  c.join();
  expect(rig.groups.get('g')!.describe().assignor).toBe('uniform');
  expect(rig.member({ assignor: 'none' }).join()).toMatchObject({ error: 'UNSUPPORTED_ASSIGNOR' });
});

test('what cannot be written has not been', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  rig.failure = 'COORDINATOR_NOT_AVAILABLE';
  expect(a.join()).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', assignment: null });
  expect(rig.state()).toBe('none');
  rig.failure = null;
  a.join();
  rig.failure = 'COORDINATOR_NOT_AVAILABLE';
  b.join();
  expect(rig.groups.get('g')!.describe()).toMatchObject({
    epoch: 1,
    assignmentEpoch: 1,
    members: [{ memberId: 'm1' }],
  });
  expect(a.leave()).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE' });
  expect(rig.state()).toBe('Stable');
  // A session that ends meanwhile does so when it can be written.
  rig.clock.advance(45_000);
  expect(rig.state()).toBe('Stable');
  rig.failure = null;
  rig.clock.advance(45_000);
  expect(rig.state()).toBe('Empty');
});

test('another coordinator goes on where the log ends', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member({ instanceId: 'one' }), rig.member({ rebalanceTimeoutMs: 30_000 })];
  b.join();
  a.join();
  b.heartbeat();
  const before = rig.groups.get('g')!.describe();
  rig.load();
  expect(rig.groups.get('g')!.describe()).toEqual(before);
  // The time that it has to let go begins anew, too.
  rig.clock.advance(29_999);
  expect(b.heartbeat().error).toBe(null);
  rig.clock.advance(1);
  expect(b.heartbeat().error).toBe('UNKNOWN_MEMBER_ID');
  a.heartbeat();
  expect(a.partitions).toEqual(all);
  expect(a.leave(-2).error).toBe(null);
});

test('who commits and who asks shows the epoch that it is in', async () => {
  const rig = await ConsumerRig.make();
  const a = rig.member();
  a.join();
  const group = rig.groups.get('g')!;
  const check = (generationId: number, memberId = 'm1', how = {}): unknown =>
    group.checkCommit(
      { groupId: 'g', memberId, groupInstanceId: null, generationId },
      { isTransactional: false, ...how },
    );
  expect(check(1)).toBe(null);
  expect(check(0)).toBe('STALE_MEMBER_EPOCH');
  expect(check(1, 'other')).toBe('UNKNOWN_MEMBER_ID');
  expect(check(-1, '')).toBe('UNKNOWN_MEMBER_ID');
  expect(check(1, 'm1', { knowsMemberEpochs: false })).toBe('UNSUPPORTED_VERSION');
  expect(check(0, 'm1', { isTransactional: true })).toBe('ILLEGAL_GENERATION');
  expect(check(-1, '', { isTransactional: true })).toBe(null);
  expect(group.checkFetch(null, -1)).toBe(null);
  expect(group.checkFetch('m1', 1)).toBe(null);
  expect(group.checkFetch('m1', 2)).toBe('STALE_MEMBER_EPOCH');
  expect(group.checkFetch('other', 1)).toBe('UNKNOWN_MEMBER_ID');
  a.leave();
  expect(check(-1, '')).toBe(null);
  expect(group.offsetFacts).toMatchObject({ type: 'consumer', state: 'Empty', subscribedTopics: new Set() });
});

test('a group may have a session time-out and an interval of its own, from the next heartbeat on', async () => {
  const rig = await ConsumerRig.make();
  const a = rig.member();
  a.join();
  rig.overrides.set('g', { sessionTimeoutMs: 50_000, heartbeatIntervalMs: 7_000 });
  rig.clock.advance(44_000);
  expect(a.heartbeat().heartbeatIntervalMs).toBe(7_000);
  rig.clock.advance(49_999);
  expect(rig.groups.get('g')!.state.members.size).toBe(1);
  rig.clock.advance(1);
  expect(rig.groups.get('g')!.state.members.size).toBe(0);
});
