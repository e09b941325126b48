import { expect, test } from 'vitest';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { GroupMember } from '#millrace/group/classic/group-member.js';
import type { ConsumerGroupSettings } from '#millrace/group/consumer/consumer-environment.js';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import { TopicsHash } from '#millrace/group/consumer/topics-hash.js';
import { upgrade, type UpgradingGroup } from '#millrace/group/migration/group-upgrade.js';
import { subscribedTo } from '../consumer/classic-member.ts';
import { FakeTopics } from '../consumer/fake-topics.ts';

const topics = new FakeTopics({ t: 4 });
const hash = new TopicsHash(topics);
await hash.prepare();
const settings: ConsumerGroupSettings = {
  groupConsumerSessionTimeoutMs: 45_000,
  groupConsumerHeartbeatIntervalMs: 5_000,
  groupConsumerMaxSize: 2,
  groupConsumerAssignors: ['uniform'],
  groupConsumerRegexRefreshIntervalMs: 600_000,
  groupConsumerMigrationPolicy: 'bidirectional',
  groupMaxSize: 10,
};

function member(
  memberId: string,
  partitions: readonly number[] | null,
  metadata = subscribedTo(['t', 'none'], [], 'r'),
) {
  const made = new GroupMember({
    memberId,
    groupInstanceId: `i-${memberId}`,
    clientId: 'c',
    clientHost: '/h',
    rebalanceTimeoutMs: 7,
    sessionTimeoutMs: 5,
    protocols: [
      { name: 'own', metadata: Buffer.from('x') },
      { name: 'range', metadata },
    ],
  });
  if (partitions !== null)
    made.assignment = encodeAssignment({
      partitions: partitions.map((partition) => ({ topic: 't', partition })),
      userData: null,
    });
  return made;
}

function groupOf(roll: readonly GroupMember[], facts: Partial<UpgradingGroup> = {}): UpgradingGroup {
  return {
    groupId: 'g',
    state: 'Stable',
    protocolType: 'consumer',
    memberCount: roll.length,
    generationId: 3,
    protocolName: 'range',
    roll,
    ...facts,
  };
}

function upgraded(group: UpgradingGroup, more: Partial<ConsumerGroupSettings> = {}, memberEpoch = 0) {
  return upgrade(group, memberEpoch, { settings: { ...settings, ...more }, topics, hash });
}

test('members go on in their generation, with what they were assigned', () => {
  const before = upgraded(groupOf([member('a', [0, 1]), member('b', null)]));
  if ('error' in before) throw new Error(before.message);
  expect(before.tombstone.value).toBe(null);
  expect(before.records.map(({ kind }) => kind)).toEqual([
    'member',
    'member',
    'group',
    'target',
    'target',
    'targetEpoch',
    'current',
    'current',
  ]);
  const state = new ConsumerGroupState('g');
  for (const record of before.records) state.apply(record);
  expect([state.state, state.epoch, state.metadataHash]).toEqual(['Stable', 3, hash.of(new Set(['t', 'none']))]);
  const a = state.members.get('a')!;
  expect(a.subscription).toMatchObject({
    instanceId: 'i-a',
    rackId: 'r',
    clientId: 'c',
    rebalanceTimeoutMs: 7,
    topicNames: new Set(['t', 'none']),
    topicPattern: '',
    assignor: null,
    classic: { sessionTimeoutMs: 5 },
  });
  const partitions = new Map([[topics.find('t')!.id, new Set([0, 1])]]);
  expect(a.current).toMatchObject({ epoch: 3, previousEpoch: 3, state: 'stable', assigned: partitions });
  expect(state.target('a')).toEqual(partitions);
  expect(state.members.get('b')!.current.assigned.size).toBe(0);
});

test('before the first generation a member is taken by what it says first', () => {
  const only = member('a', null);
  const said = groupOf([only], { state: 'PreparingRebalance', generationId: 0, protocolName: null });
  expect(upgraded(said)).toMatchObject({ error: 'GROUP_ID_NOT_FOUND' });
  only.protocols = only.protocols.slice(1);
  expect(upgraded(said)).not.toHaveProperty('error');
});

test('a group without members is only a name', () => {
  const empty = groupOf([], { state: 'Empty', protocolType: 'connect' });
  expect(upgraded(empty, { groupConsumerMigrationPolicy: 'disabled' })).toMatchObject({ records: [] });
  expect(upgraded(empty, {}, 1)).toMatchObject({ error: 'GROUP_ID_NOT_FOUND' });
});

test('what cannot or may not be a consumer group stays what it is', () => {
  const mine = encodeAssignment({ partitions: [], userData: Buffer.from('mine') });
  const custom = member('a', null);
  custom.assignment = mine;
  const unread = member('b', null);
  unread.assignment = Buffer.from('part');
  const refusals: [string, ReturnType<typeof upgraded>][] = [
    [
      'group.consumer.migration.policy is disabled',
      upgraded(groupOf([]), { groupConsumerMigrationPolicy: 'disabled' }),
    ],
    [
      'group.consumer.migration.policy is downgrade',
      upgraded(groupOf([]), { groupConsumerMigrationPolicy: 'downgrade' }),
    ],
    ['its members are not consumers but "connect"', upgraded(groupOf([], { protocolType: 'connect' }))],
    ['it has 3 members, and may have no more than 2', upgraded(groupOf([], { memberCount: 3 }))],
    ['its assignor keeps data in assignments', upgraded(groupOf([custom]))],
    ['cannot be read', upgraded(groupOf([unread]))],
    ['cannot be read', upgraded(groupOf([member('c', null, Buffer.of(0))]))],
    ['it is of the classic protocol', upgraded(groupOf([]), {}, 5)],
  ];
  for (const [why, refusal] of refusals) {
    expect(refusal).toMatchObject({ error: 'GROUP_ID_NOT_FOUND' });
    expect((refusal as { message: string }).message).toContain(why);
  }
});
