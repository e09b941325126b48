import { expect, test } from 'vitest';
import { nobodyLeft, refusedJoin, refusedSync } from '#millrace/group/classic/group-answers.js';

test('what is refused has nothing else to say', () => {
  const nothing = { protocolType: null, protocolName: null };
  const rest = { ...nothing, generationId: -1, leader: '', skipAssignment: false, members: [] };
  expect(refusedJoin('UNKNOWN_MEMBER_ID', 'm')).toEqual({ error: 'UNKNOWN_MEMBER_ID', memberId: 'm', ...rest });
  const { assignment, ...sync } = refusedSync('REBALANCE_IN_PROGRESS');
  expect([sync, assignment.length]).toEqual([{ error: 'REBALANCE_IN_PROGRESS', ...nothing }, 0]);
});

test('nobody leaves a group that there is not', () => {
  const member = { memberId: 'm', groupInstanceId: 'i' };
  expect(nobodyLeft([{ ...member, reason: null }])).toEqual({
    error: null,
    members: [{ ...member, error: 'UNKNOWN_MEMBER_ID' }],
  });
});
