import { expect, test } from 'vitest';
import { findClassic, isOutdated, mustRejoin } from '#millrace/group/consumer/classic-standing.js';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import {
  type CurrentAssignment,
  type MemberSubscription,
  NOTHING_ASSIGNED,
  NOTHING_SAID,
} from '#millrace/group/consumer/consumer-member.js';
import type { PartitionsById } from '#millrace/group/assignor/server-assignor.js';

const classic: MemberSubscription = { ...NOTHING_SAID, classic: { sessionTimeoutMs: 1, protocols: [] } };

function groupOf(members: Readonly<Record<string, MemberSubscription>>, epoch = 3): ConsumerGroupState {
  const state = new ConsumerGroupState('g');
  state.apply({ kind: 'group', groupId: 'g', value: { epoch, metadataHash: 1n } });
  for (const [memberId, value] of Object.entries(members)) {
    state.apply({ kind: 'member', groupId: 'g', memberId, value });
    state.apply({ kind: 'current', groupId: 'g', memberId, value: { ...NOTHING_ASSIGNED, epoch } });
  }
  return state;
}

function set(state: ConsumerGroupState, memberId: string, value: Partial<CurrentAssignment>): void {
  const { current } = state.members.get(memberId)!;
  state.apply({ kind: 'current', groupId: 'g', memberId, value: { ...current, ...value } });
}

test('a member is found by its id, its instance, its protocol and its generation', () => {
  const state = groupOf({ a: classic, b: { ...classic, instanceId: 'i' }, c: NOTHING_SAID });
  const find = (memberId: string, groupInstanceId: string | null = null, generationId = 3) => {
    const found = findClassic(state, { groupId: 'g', memberId, groupInstanceId, generationId });
    return 'error' in found ? found.error : found.memberId;
  };
  expect(find('a')).toBe('a');
  expect(find('b', 'i')).toBe('b');
  expect(find('nobody')).toBe('UNKNOWN_MEMBER_ID');
  expect(find('b', 'j')).toBe('UNKNOWN_MEMBER_ID');
  expect(find('a', 'i')).toBe('FENCED_INSTANCE_ID');
  expect(find('c')).toBe('UNKNOWN_MEMBER_ID');
  expect(find('a', null, 2)).toBe('ILLEGAL_GENERATION');
});

test('a member joins again for another epoch, to let go, and for what has become free', () => {
  const state = groupOf({ a: classic, b: classic });
  const [one, two] = [new Set([0]), new Set([0, 1])];
  const must = () => [mustRejoin(state, state.members.get('a')!), isOutdated(state, state.members.get('a')!)];
  expect(must()).toEqual([false, false]);
  set(state, 'a', { epoch: 2 });
  expect(must()).toEqual([true, true]);
  set(state, 'a', { state: 'unrevoked' });
  expect(must()).toEqual([true, false]);
  const target: PartitionsById = new Map([['t', two]]);
  state.apply({ kind: 'target', groupId: 'g', memberId: 'a', value: target });
  set(state, 'b', { assigned: new Map([['t', new Set([1])]]) });
  set(state, 'a', { epoch: 3, state: 'unreleased', assigned: new Map([['t', one]]) });
  expect(must()).toEqual([false, false]);
  set(state, 'b', { assigned: new Map() });
  expect(must()).toEqual([true, false]);
});
