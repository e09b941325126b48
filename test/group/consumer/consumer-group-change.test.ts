import { expect, test } from 'vitest';
import { ConsumerGroupChange } from '#millrace/group/consumer/consumer-group-change.js';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import { newMember, NOTHING_SAID } from '#millrace/group/consumer/consumer-member.js';

function withMember(): { state: ConsumerGroupState; change: ConsumerGroupChange } {
  const state = new ConsumerGroupState('g');
  const change = new ConsumerGroupChange(state);
  change.bumpEpoch(5n);
  change.add({ kind: 'member', groupId: 'g', memberId: 'a', value: { ...NOTHING_SAID, topicPattern: 'p' } });
  change.add({ kind: 'target', groupId: 'g', memberId: 'a', value: new Map([['t', new Set([0])]]) });
  return { state, change: new ConsumerGroupChange(state) };
}

const kinds = ({ records }: ConsumerGroupChange): string[] =>
  records.map((record) => `${record.kind}${'memberId' in record ? ` ${record.memberId}` : ''}`);

test('what follows sees what was added; taken back, nothing was', () => {
  const { state, change } = withMember();
  change.bumpEpoch(6n);
  expect([state.epoch, state.metadataHash]).toEqual([2, 6n]);
  change.bumpEpoch(7n);
  change.rollBack();
  expect([state.epoch, state.metadataHash, change.records]).toEqual([1, 5n, []]);
});

test('a member goes: what it has, what it is to have, what it said', () => {
  const { state, change } = withMember();
  change.removeMember('a');
  expect(kinds(change)).toEqual(['current a', 'target a', 'member a']);
  expect(state.members.size).toBe(0);
});

test('a member takes the place of another, with its target', () => {
  const { state, change } = withMember();
  change.replaceMember(state.members.get('a')!, newMember('b'));
  expect(kinds(change)).toEqual(['current a', 'target a', 'member a', 'member b', 'target b', 'current b']);
  expect(state.target('b')).toEqual(new Map([['t', new Set([0])]]));
});

test('expressions that somebody has are kept', () => {
  const { change } = withMember();
  change.forgetPatterns(['p', 'q']);
  expect(change.records).toEqual([{ kind: 'pattern', groupId: 'g', pattern: 'q', value: null }]);
});

test('a group goes, in an order in which Kafka can take it', () => {
  const { state, change } = withMember();
  state.apply({ kind: 'pattern', groupId: 'g', pattern: 'p', value: { topics: new Set(), version: 1, at: 1 } });
  change.forgetGroup();
  expect(kinds(change)).toEqual(['current a', 'target a', 'targetEpoch', 'member a', 'pattern', 'topics', 'group']);
  expect([state.epoch, state.members.size, state.targets.size, state.patterns.size]).toEqual([0, 0, 0, 0]);
});

test('what throws half-way has changed nothing', () => {
  const { state, change } = withMember();
  const bug = new TypeError('x is not a function');
  const half = (): never => {
    change.removeMember('a');
    throw bug;
  };
  expect(() => change.attempt(half)).toThrow(bug);
  expect([state.members.size, change.records]).toEqual([1, []]);
  expect(change.attempt(() => 'done')).toBe('done');
});
