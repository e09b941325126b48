import { expect, test } from 'vitest';
import { MembershipCounters } from '#millrace/member/membership-counters.js';

test('counts, sums and maxima', () => {
  const counters = new MembershipCounters();
  expect(counters.snapshot(0)).toMatchObject({ commits: 0, lastRebalanceAgoMs: null, lastHeartbeatAgoMs: null });
  counters.beaten(7);
  counters.rebalanced(8, 30);
  counters.rebalanced(9, 20);
  counters.committed(2);
  counters.committed(1);
  expect(counters.snapshot(10)).toEqual({
    joins: 0,
    syncs: 0,
    heartbeats: 1,
    lastHeartbeatAgoMs: 3,
    rebalances: 2,
    rebalanceMs: 50,
    rebalanceMsMax: 30,
    failedRebalances: 0,
    lastRebalanceAgoMs: 1,
    commits: 2,
    commitMs: 3,
    commitMsMax: 2,
    failedCommits: 0,
  });
});
