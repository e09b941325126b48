import { expect, test } from 'vitest';
import { decodeAssignment } from '#millrace/group/assignment-format.js';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import { NOTHING_SAID } from '#millrace/group/consumer/consumer-member.js';
import { downgraded } from '#millrace/group/migration/group-downgrade.js';
import { subscribedTo } from '../consumer/classic-member.ts';
import { FakeTopics } from '../consumer/fake-topics.ts';

const topics = new FakeTopics({ t: 4 });

/** By member: the names of its protocols, and its target. */
function stateOf(members: Readonly<Record<string, readonly [names: readonly string[], target: readonly number[]]>>) {
  const state = new ConsumerGroupState('g');
  for (const [memberId, [names, target]] of Object.entries(members)) {
    const protocols = names.map((name) => ({ name, metadata: subscribedTo(['t']) }));
    const value = { ...NOTHING_SAID, instanceId: `i-${memberId}`, classic: { sessionTimeoutMs: 5, protocols } };
    state.apply({ kind: 'member', groupId: 'g', memberId, value });
    const partitions = new Map([[topics.find('t')!.id, new Set(target)]]);
    state.apply({ kind: 'target', groupId: 'g', memberId, value: partitions });
  }
  return state;
}

function made(state: ConsumerGroupState, rebalanceReason: string | null = null) {
  const members = [...state.members.values()];
  return downgraded(state, { members, generationId: 7, topics, now: 11, rebalanceReason });
}

test('the group goes on with a protocol that all have, and with what each was to have', () => {
  const state = stateOf({
    a: [
      ['sticky', 'range'],
      [0, 2],
    ],
    b: [['range'], [1]],
  });
  const group = made(state, 'because')!;
  expect(group.rebalanceReason).toBe('because');
  expect(group.metadata).toMatchObject({
    protocolType: 'consumer',
    generationId: 7,
    protocolName: 'range',
    leader: 'a',
    stateTimestamp: 11,
    members: [
      { memberId: 'a', groupInstanceId: 'i-a', sessionTimeoutMs: 5, subscription: subscribedTo(['t']) },
      { memberId: 'b' },
    ],
  });
  const partitions = group.metadata.members.map(({ assignment }) =>
    decodeAssignment(assignment).partitions.map(({ partition }) => partition),
  );
  expect(partitions).toEqual([[0, 2], [1]]);
  expect(group.protocols.get('a')!.map(({ name }) => name)).toEqual(['sticky', 'range']);
});

test('what each has not let go of yet is kept in mind', () => {
  const state = stateOf({ a: [['range'], [0]] });
  const of = (...partitions: number[]) => new Map([[topics.find('t')!.id, new Set(partitions)]]);
  const { current } = state.members.get('a')!;
  const value = { ...current, state: 'unrevoked', assigned: of(0, 3), revoking: of(2) } as const;
  state.apply({ kind: 'current', groupId: 'g', memberId: 'a', value });
  const held = decodeAssignment(made(state, 'because')!.held.get('a')!).partitions;
  expect(held.map(({ partition }) => partition)).toEqual([0, 2, 3]);
});

test('where a member says what cannot be read there is no classic group', () => {
  const state = stateOf({ a: [['range'], []] });
  const { subscription } = state.members.get('a')!;
  const classic = { sessionTimeoutMs: 5, protocols: [{ name: 'range', metadata: Buffer.of(0) }] };
  state.apply({ kind: 'member', groupId: 'g', memberId: 'a', value: { ...subscription, classic } });
  expect(made(state)).toBe(null);
});
