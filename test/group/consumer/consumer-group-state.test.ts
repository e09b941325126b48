import { expect, test } from 'vitest';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import { NOTHING_ASSIGNED, NOTHING_SAID } from '#millrace/group/consumer/consumer-member.js';
import type { ConsumerRecord } from '#millrace/group/consumer/consumer-record.js';
import { idOf } from './fake-topics.ts';

const groupId = 'g';
const t = idOf('t');
const has = (...partitions: number[]) => new Map([[t, new Set(partitions)]]);
const said = (memberId: string, about: object = {}): ConsumerRecord => ({
  kind: 'member',
  groupId,
  memberId,
  value: { ...NOTHING_SAID, topicNames: new Set(['t']), ...about },
});
const current = (memberId: string, about: object): ConsumerRecord => ({
  kind: 'current',
  groupId,
  memberId,
  value: { ...NOTHING_ASSIGNED, ...about },
});
const epoch = (value: number): ConsumerRecord => ({
  kind: 'group',
  groupId,
  value: { epoch: value, metadataHash: 1n },
});
const targetEpoch = (value: number): ConsumerRecord => ({ kind: 'targetEpoch', groupId, value });

function made(...records: ConsumerRecord[]): ConsumerGroupState {
  const state = new ConsumerGroupState(groupId);
  for (const record of records) state.apply(record);
  return state;
}

/** All that can be asked of it. */
function facts(state: ConsumerGroupState) {
  const { members, targets, patterns, metadataHash, assignmentEpoch, preferredAssignor, isHomogeneous } = state;
  return structuredClone({
    state: state.state,
    epoch: state.epoch,
    owners: [0, 1, 2].map((partition) => state.ownerOf(t, partition)),
    statics: ['i', 'j'].map((id) => state.staticMember(id)?.memberId ?? null),
    topics: [...state.subscribedTopics].sort(),
    subscribedPatterns: state.subscribedPatterns,
    hasTopicsRecord: state.hasTopicsRecord,
    members,
    targets,
    patterns,
    metadataHash,
    assignmentEpoch,
    preferredAssignor,
    isHomogeneous,
  });
}

test('its state follows from epochs and members', () => {
  const state = made(epoch(1));
  expect(state.state).toBe('Empty');
  state.apply(said('a'));
  expect(state.state).toBe('Assigning');
  state.apply(targetEpoch(1));
  expect(state.state).toBe('Reconciling');
  state.apply(current('a', { epoch: 1 }));
  expect(state.state).toBe('Stable');
  state.apply(current('a', { epoch: 1, state: 'unreleased' }));
  expect(state.state).toBe('Reconciling');
  state.apply({ kind: 'member', groupId, memberId: 'a', value: null });
  expect(state.state).toBe('Empty');
});

test('who has a partition, or has not let go of it, owns it', () => {
  const state = made(said('a'), said('b'), current('a', { assigned: has(0), revoking: has(1) }));
  expect([state.ownerOf(t, 0), state.ownerOf(t, 1), state.ownerOf(t, 2)]).toEqual(['a', 'a', null]);
  state.apply(current('a', { assigned: has(0) }));
  state.apply(current('b', { assigned: has(1) }));
  expect(state.ownerOf(t, 1)).toBe('b');
  // A log may tell of it in the other order.
  state.apply(current('b', { assigned: has(0, 1) }));
  state.apply(current('a', {}));
  expect(state.ownerOf(t, 0)).toBe('b');
  state.apply({ kind: 'member', groupId, memberId: 'b', value: null });
  expect(state.ownerOf(t, 0)).toBe(null);
});

test('topics by name and by expression', () => {
  const pattern = (topics: string[] | null): ConsumerRecord => ({
    kind: 'pattern',
    groupId,
    pattern: 'u.*',
    value: topics && { topics: new Set(topics), version: 1, at: 1 },
  });
  const state = made(said('a'), said('b', { topicNames: new Set(), topicPattern: 'u.*' }));
  expect(state.subscribersOf('u.*')).toBe(1);
  expect(state.isHomogeneous).toBe(false);
  expect([...state.subscribedTopics]).toEqual(['t']);
  state.apply(pattern(['u1', 'u2']));
  expect([...state.subscribedTopics]).toEqual(['t', 'u1', 'u2']);
  expect(state.topicsOf(state.members.get('b')!.subscription)).toEqual(new Set(['u1', 'u2']));
  expect(state.topicsOf({ ...NOTHING_SAID, topicNames: new Set(['t']), topicPattern: 'u.*' })).toEqual(
    new Set(['t', 'u1', 'u2']),
  );
  state.apply({ kind: 'member', groupId, memberId: 'a', value: null });
  expect(state.isHomogeneous).toBe(true);
  state.apply(pattern(null));
  expect([...state.subscribedTopics]).toEqual([]);
});

test('all subscribe to the same, or not', () => {
  expect(made().isHomogeneous).toBe(true);
  expect(made(said('a'), said('b')).isHomogeneous).toBe(true);
  expect(made(said('a'), said('b', { topicNames: new Set(['t', 'u']) })).isHomogeneous).toBe(false);
  expect(made(said('a'), said('b', { topicNames: new Set() })).isHomogeneous).toBe(false);
});

test('the assignor that most ask for', () => {
  const state = made(said('a', { assignor: 'range' }), said('b'), said('c', { assignor: 'uniform' }));
  expect(state.preferredAssignor).toBe('range');
  state.apply(said('b', { assignor: 'uniform' }));
  expect(state.preferredAssignor).toBe('uniform');
  expect(made(said('a')).preferredAssignor).toBe(null);
});

test('an instance is its last member’s', () => {
  const state = made(said('a', { instanceId: 'i' }), said('b', { instanceId: 'i' }));
  expect(state.staticMember('i')?.memberId).toBe('b');
  state.apply({ kind: 'member', groupId, memberId: 'a', value: null });
  expect(state.staticMember('i')?.memberId).toBe('b');
});

test('what is applied can be undone', () => {
  const state = made(
    epoch(1),
    said('a', { instanceId: 'i', topicPattern: 'p', assignor: 'range' }),
    current('a', { epoch: 1, assigned: has(0), revoking: has(1) }),
    { kind: 'target', groupId, memberId: 'a', value: has(0) },
    targetEpoch(1),
  );
  const before = facts(state);
  const undo = (
    [
      said('b', { instanceId: 'j', topicNames: new Set(['u']) }),
      said('a', { topicNames: new Set(['v']) }),
      current('a', { epoch: 2 }),
      current('b', { epoch: 2, assigned: has(1, 2) }),
      { kind: 'target', groupId, memberId: 'a', value: null },
      { kind: 'target', groupId, memberId: 'b', value: has(2) },
      { kind: 'pattern', groupId, pattern: 'p', value: { topics: new Set(['w']), version: 1, at: 1 } },
      { kind: 'topics', groupId, value: 'some' },
      epoch(2),
      targetEpoch(2),
      { kind: 'current', groupId, memberId: 'a', value: null },
      { kind: 'member', groupId, memberId: 'a', value: null },
      { kind: 'current', groupId, memberId: 'nobody', value: null },
    ] as ConsumerRecord[]
  ).map((record) => state.apply(record));
  expect(facts(state)).not.toEqual(before);
  for (const record of undo.toReversed()) state.apply(record);
  expect(facts(state)).toEqual(before);
});
