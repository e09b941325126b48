import { expect, test } from 'vitest';
import { decodeAssignment } from '#millrace/group/assignment-format.js';
import { CLASSIC_REBALANCE_MS, subscribedTo } from './classic-member.ts';
import { ConsumerRig } from './consumer-rig.ts';

async function groupOf(
  settings: Parameters<typeof ConsumerRig.make>[1] = {},
  facts: Parameters<ConsumerRig['classic']>[0] = {},
) {
  const rig = await ConsumerRig.make({ t: 4 }, settings);
  const a = rig.member();
  a.join();
  const b = rig.classic(facts);
  b.join();
  b.sync();
  rig.settle(a);
  b.join();
  b.sync();
  return { rig, a, b };
}

test('when only classic members are left the group is a classic one that assigns anew', async () => {
  const { rig, a, b } = await groupOf();
  const { epoch } = rig.groups.get('g')!.state;
  expect(a.leave()).toMatchObject({ error: null, memberEpoch: -1 });
  expect(rig.state()).toBe('none');
  const [{ records, group }] = rig.downgrades;
  // Of two members three records each, and three of the group.
  expect(records).toBe(9);
  expect(group.rebalanceReason).not.toBe(null);
  expect(group.metadata).toMatchObject({ generationId: epoch, protocolName: 'range', leader: b.memberId });
  const [member] = group.metadata.members;
  expect(member.memberId).toBe(b.memberId);
  expect(decodeAssignment(member.assignment).partitions).toHaveLength(2);
});

test('so it is when the last of the others is lost, or dismissed', async () => {
  const lost = await groupOf({}, { sessionTimeoutMs: 100_000 });
  lost.rig.clock.advance(45_000);
  expect(lost.rig.downgrades).toHaveLength(1);
  const dismissed = await groupOf();
  const { memberId } = dismissed.a;
  dismissed.rig.groups.get('g')!.dismiss([{ memberId, groupInstanceId: null, reason: null }]);
  expect(dismissed.rig.downgrades).toHaveLength(1);
});

test('but not where that is not wanted, or the classic group would be too large, or nobody is left', async () => {
  for (const settings of [{ groupConsumerMigrationPolicy: 'upgrade' }, { groupMaxSize: 0 }] as const) {
    const { rig, a, b } = await groupOf(settings);
    a.leave();
    expect([rig.downgrades.length, rig.state()]).toEqual([0, 'Assigning']);
    expect(b.beat()).toBe('REBALANCE_IN_PROGRESS');
    b.join();
    b.sync();
    expect(b.partitions).toEqual([0, 1, 2, 3]);
  }
  const alone = await ConsumerRig.make();
  const a = alone.member();
  a.join();
  a.leave();
  expect([alone.downgrades.length, alone.state()]).toEqual([0, 'Empty']);
});

test('what cannot be written has not happened', async () => {
  const { rig, a, b } = await groupOf();
  rig.failure = 'COORDINATOR_NOT_AVAILABLE';
  expect(a.leave().error).toBe('COORDINATOR_NOT_AVAILABLE');
  rig.failure = null;
  expect([rig.state(), a.heartbeat().error, b.beat()]).toEqual(['Stable', null, null]);
  expect(a.leave().error).toBe(null);
  expect(rig.downgrades).toHaveLength(1);
});

test('a static classic member that takes the place of the last of the others makes the group a classic one', async () => {
  const rig = await ConsumerRig.make({ t: 4, u: 1 });
  const join = (facts: Parameters<ConsumerRig['classic']>[0] = {}) => {
    const b = rig.classic();
    const a = rig.member({ instanceId: 'i' });
    a.join();
    b.join();
    b.sync();
    rig.settle(a);
    b.join();
    b.sync();
    const { epoch } = rig.groups.get('g')!.state;
    const c = rig.classic({ groupInstanceId: 'i' });
    const answer = c.join(facts);
    return { a, b, c, answer, epoch, group: rig.downgrades.pop()!.group };
  };
  const same = join();
  expect(same.answer).toMatchObject({ error: null, generationId: same.epoch });
  expect(same.group).toMatchObject({ rebalanceReason: null, metadata: { generationId: same.epoch } });
  expect(same.group.metadata.members.map(({ memberId }) => memberId)).toEqual([same.b.memberId, same.c.memberId]);
  // It has said something else: all assign anew.
  const other = join({ protocols: [{ name: 'range', metadata: subscribedTo(['u']) }] });
  expect(other.answer.error).toBe(null);
  expect(other.group.rebalanceReason).not.toBe(null);
  expect(other.group.metadata.generationId).toBe(other.epoch);
});

test('nor has it what another has not let go of: then all assign anew', async () => {
  const rig = await ConsumerRig.make({ t: 4 });
  const [b, a] = [rig.classic(), rig.member({ instanceId: 'i' })];
  const first = rig.member();
  first.join();
  b.join();
  b.sync();
  first.leave();
  // The group would be a classic one already.
  expect(rig.downgrades.pop()!.group.rebalanceReason).not.toBe(null);
  first.join();
  const late = rig.classic({ sessionTimeoutMs: 10 * CLASSIC_REBALANCE_MS });
  late.join();
  late.sync();
  rig.settle(first);
  late.join();
  late.sync();
  a.join();
  first.leave();
  const c = rig.classic({ groupInstanceId: 'i' });
  expect(c.join()).toMatchObject({ error: null, generationId: 0 });
  expect(rig.downgrades.pop()!.group.rebalanceReason).not.toBe(null);
});

test('a step that throws was not taken, and a member that was to go then is missed again', async () => {
  const rig = await ConsumerRig.make();
  const [a, b] = [rig.member(), rig.member()];
  a.join();
  b.join();
  rig.settle(a, b);
  const before = rig.groups.get('g')!.describe();
  rig.fault = new TypeError('x is not a function');
  expect(() => a.heartbeat({ topicNames: ['u'] })).toThrow(rig.fault);
  expect(() => a.leave()).toThrow(rig.fault);
  for (const _ of [a, b]) expect(() => rig.clock.advance(45_000)).toThrow(rig.fault);
  expect(rig.groups.get('g')!.describe()).toEqual(before);
  rig.fault = null;
  rig.clock.advance(45_000);
  expect(rig.state()).toBe('Empty');
});

test('a group that cannot become a classic one is what it was', async () => {
  const { rig, a } = await groupOf();
  const roll = () =>
    new Map(
      rig.groups
        .get('g')!
        .describe()
        .members.map((each) => [each.memberId, each]),
    );
  const before = roll();
  rig.fault = new TypeError('x is not a function');
  expect(() => a.leave()).toThrow(rig.fault);
  expect(roll()).toEqual(before);
});
