import { expect, test } from 'vitest';
import { checkHeartbeat } from '#millrace/group/consumer/heartbeat-check.js';
import { ConsumerClient, type Facts } from './consumer-client.ts';

const errorOf = (facts: Facts): string | null => {
  const request = new ConsumerClient(() => null!, 'm').request(facts);
  return checkHeartbeat(request, ['uniform', 'range'])?.error ?? null;
};
const join = { memberEpoch: 0, rebalanceTimeoutMs: 1, owned: new Map(), topicNames: [] };

test('a whole request', () => {
  expect(errorOf(join)).toBe(null);
  expect(errorOf({ ...join, topicNames: null, topicPattern: '' })).toBe(null);
  expect(errorOf({ memberEpoch: 1 })).toBe(null);
  expect(errorOf({ memberEpoch: -1 })).toBe(null);
  expect(errorOf({ memberEpoch: -2, instanceId: 'i' })).toBe(null);
  expect(errorOf({ ...join, memberId: '', requiresMemberId: false })).toBe(null);
  expect(errorOf({ ...join, assignor: 'range' })).toBe(null);
});

test.each([
  { ...join, groupId: '' },
  { ...join, memberId: '' },
  { memberEpoch: 1, memberId: '', requiresMemberId: false },
  { memberEpoch: -1, memberId: '', requiresMemberId: false },
  { ...join, instanceId: ' ' },
  { ...join, rackId: '' },
  { ...join, rebalanceTimeoutMs: -1 },
  { ...join, owned: null },
  { ...join, owned: new Map([['t', new Set([0])]]) },
  { ...join, topicNames: null },
  { memberEpoch: -2 },
  { memberEpoch: -3 },
])('what cannot be: %j', (facts) => {
  expect(errorOf(facts)).toBe('INVALID_REQUEST');
});

test('an assignor that is not served', () => {
  expect(errorOf({ ...join, assignor: 'sticky' })).toBe('UNSUPPORTED_ASSIGNOR');
});
