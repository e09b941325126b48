import { expect, test } from 'vitest';
import { refusedJoin, refusedSync } from '#millrace/group/classic/group-answers.js';

test('what is refused has nothing else to say', () => {
  const nothing = { protocolType: null, protocolName: null };
  const rest = { ...nothing, generationId: -1, leader: '', skipAssignment: false, members: [] };
  expect(refusedJoin('UNKNOWN_MEMBER_ID', 'm')).toEqual({ error: 'UNKNOWN_MEMBER_ID', memberId: 'm', ...rest });
  const { assignment, ...sync } = refusedSync('REBALANCE_IN_PROGRESS');
  expect([sync, assignment.length]).toEqual([{ error: 'REBALANCE_IN_PROGRESS', ...nothing }, 0]);
});
