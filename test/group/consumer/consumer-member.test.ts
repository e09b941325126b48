import { expect, test } from 'vitest';
import {
  isReconciledTo,
  newMember,
  NOTHING_ASSIGNED,
  NOTHING_SAID,
  patternOf,
  sameAssignment,
  sameSubscription,
  sameTopics,
} from '#millrace/group/consumer/consumer-member.js';

test('a new member has said nothing and has nothing', () => {
  expect(newMember('m')).toEqual({ memberId: 'm', subscription: NOTHING_SAID, current: NOTHING_ASSIGNED });
  expect(patternOf(NOTHING_SAID)).toBe(null);
  expect(patternOf({ ...NOTHING_SAID, topicPattern: null })).toBe(null);
  expect(patternOf({ ...NOTHING_SAID, topicPattern: 't' })).toBe('t');
});

test('it has come to its target when it is stable in that epoch', () => {
  const member = (current: object) => ({ ...newMember('m'), current: { ...NOTHING_ASSIGNED, ...current } });
  expect(isReconciledTo(member({ epoch: 2 }), 2)).toBe(true);
  expect(isReconciledTo(member({ epoch: 2 }), 3)).toBe(false);
  expect(isReconciledTo(member({ epoch: 2, state: 'unreleased' }), 2)).toBe(false);
});

test('any field makes another subscription, the order of topics does not', () => {
  const said = { ...NOTHING_SAID, topicNames: new Set(['a', 'b']) };
  expect(sameSubscription(said, { ...said, topicNames: new Set(['b', 'a']) })).toBe(true);
  const others = {
    instanceId: 'i',
    rackId: 'r',
    clientId: 'c',
    clientHost: 'h',
    topicNames: new Set(['a']),
    topicPattern: 'p',
    rebalanceTimeoutMs: 1,
    assignor: 'range',
    classic: { sessionTimeoutMs: 0, protocols: [] },
  };
  for (const [field, value] of Object.entries(others))
    expect(sameSubscription(said, { ...said, [field]: value }), field).toBe(false);
  expect(sameTopics(new Set(['a']), new Set(['b']))).toBe(false);
});

test('any field makes another assignment', () => {
  const partitions = new Map([['t', new Set([0])]]);
  expect(sameAssignment(NOTHING_ASSIGNED, { ...NOTHING_ASSIGNED, assigned: new Map() })).toBe(true);
  const others = { epoch: 1, previousEpoch: 0, state: 'unrevoked', assigned: partitions, revoking: partitions };
  for (const [field, value] of Object.entries(others))
    expect(sameAssignment(NOTHING_ASSIGNED, { ...NOTHING_ASSIGNED, [field]: value }), field).toBe(false);
});
