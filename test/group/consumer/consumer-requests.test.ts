import { expect, test } from 'vitest';
import { isRefusal, refusedHeartbeat, unknownConsumerGroup } from '#millrace/group/consumer/consumer-requests.js';

test('who is refused is told nothing but why', () => {
  expect(refusedHeartbeat('UNKNOWN_MEMBER_ID', 'gone')).toEqual({
    error: 'UNKNOWN_MEMBER_ID',
    message: 'gone',
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  });
});

test('a group that is not known is dead', () => {
  expect(unknownConsumerGroup('g', 'GROUP_ID_NOT_FOUND')).toMatchObject({
    error: 'GROUP_ID_NOT_FOUND',
    groupId: 'g',
    state: 'Dead',
    members: [],
  });
});

test('a refusal is told from what is none', () => {
  expect(isRefusal({ error: 'UNKNOWN_MEMBER_ID', message: 'm' })).toBe(true);
  expect(isRefusal({ memberId: 'm' })).toBe(false);
});
