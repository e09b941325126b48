import { expect, test } from 'vitest';
import { ConsumerGroupChange } from '#millrace/group/consumer/consumer-group-change.js';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import { NOTHING_ASSIGNED, NOTHING_SAID } from '#millrace/group/consumer/consumer-member.js';
import { admit, findLeaving } from '#millrace/group/consumer/member-admission.js';

const has = new Map([['t', new Set([0])]]);

/** A dynamic member `a`, and `b` with an instance, both in epoch 5. */
function rig(epochOfB = 5) {
  const state = new ConsumerGroupState('g');
  const change = new ConsumerGroupChange(state);
  for (const [memberId, instanceId, epoch] of [
    ['a', null, 5],
    ['b', 'i', epochOfB],
  ] as const) {
    change.add({ kind: 'member', groupId: 'g', memberId, value: { ...NOTHING_SAID, instanceId } });
    const value = { ...NOTHING_ASSIGNED, epoch, previousEpoch: 4, assigned: memberId === 'a' ? has : new Map() };
    change.add({ kind: 'current', groupId: 'g', memberId, value });
  }
  const ask = (asked: object) => {
    const admission = new ConsumerGroupChange(state);
    const request = { memberId: 'a', memberEpoch: 5, instanceId: null, owned: null, ...asked };
    const found = admit(state, request, admission);
    return 'error' in found ? found.error : [found.memberId, found.current.epoch, admission.records.length];
  };
  const leave = (asked: object) => {
    const found = findLeaving(state, { memberId: 'a', memberEpoch: -1, instanceId: null, owned: null, ...asked });
    return 'error' in found ? found.error : found.memberId;
  };
  return { ask, leave };
}

test('a dynamic member by its epoch', () => {
  const { ask } = rig();
  expect(ask({})).toEqual(['a', 5, 0]);
  expect(ask({ memberEpoch: 0 })).toEqual(['a', 5, 0]);
  expect(ask({ memberId: 'new', memberEpoch: 0 })).toEqual(['new', 0, 0]);
  expect(ask({ memberId: 'new' })).toBe('UNKNOWN_MEMBER_ID');
  expect(ask({ memberEpoch: 6 })).toBe('FENCED_MEMBER_EPOCH');
  expect(ask({ memberEpoch: 4 })).toBe('FENCED_MEMBER_EPOCH');
  expect(ask({ memberEpoch: 4, owned: has })).toEqual(['a', 5, 0]);
  expect(ask({ memberEpoch: 4, owned: new Map([['t', new Set([0, 1])]]) })).toBe('FENCED_MEMBER_EPOCH');
  expect(ask({ memberEpoch: 3, owned: has })).toBe('FENCED_MEMBER_EPOCH');
});

test('a static member by its instance', () => {
  const { ask } = rig();
  expect(ask({ memberId: 'b', instanceId: 'i' })).toEqual(['b', 5, 0]);
  expect(ask({ memberId: 'c', instanceId: 'i' })).toBe('FENCED_INSTANCE_ID');
  expect(ask({ memberId: 'c', instanceId: 'j' })).toBe('UNKNOWN_MEMBER_ID');
  expect(ask({ memberId: 'b', instanceId: 'i', memberEpoch: 7 })).toBe('FENCED_MEMBER_EPOCH');
  expect(ask({ memberId: 'c', instanceId: 'i', memberEpoch: 0 })).toBe('UNRELEASED_INSTANCE_ID');
  expect(ask({ memberId: 'c', instanceId: 'j', memberEpoch: 0 })).toEqual(['c', 0, 0]);
});

test('an instance that has left for a time is its next member’s', () => {
  const { ask } = rig(-2);
  expect(ask({ memberId: 'c', instanceId: 'i', memberEpoch: 0 })).toEqual(['c', 0, 6]);
});

test('who leaves must be there', () => {
  const { leave } = rig();
  expect(leave({})).toBe('a');
  expect(leave({ memberId: 'c' })).toBe('UNKNOWN_MEMBER_ID');
  expect(leave({ memberId: 'b', instanceId: 'i' })).toBe('b');
  expect(leave({ instanceId: 'i' })).toBe('FENCED_INSTANCE_ID');
  expect(leave({ instanceId: 'j' })).toBe('UNKNOWN_MEMBER_ID');
});
