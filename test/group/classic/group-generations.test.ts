import { expect, test } from 'vitest';
import { GroupRig, REBALANCE_MS, SESSION_MS, textOf } from './group-rig.ts';

test('members that come together are one generation, and the first one leads it', () => {
  const rig = new GroupRig();
  const [a, b, c] = [rig.join(), rig.join(), rig.join()];
  expect(rig.state).toEqual(['PreparingRebalance', 0]);
  rig.clock.advance(0);
  expect(rig.state).toEqual(['CompletingRebalance', 1]);
  expect(a.answer).toMatchObject({ error: null, memberId: 'c-1', leader: 'c-1', generationId: 1 });
  expect(a.answer!.members.map(({ memberId }) => memberId)).toEqual(['c-1', 'c-2', 'c-3']);
  expect(Buffer.from(a.answer!.members[1].metadata).toString()).toBe('for range');
  // The list is the leader's alone.
  expect([b, c].map(({ answer }) => [answer!.leader, answer!.members.length])).toEqual([
    ['c-1', 0],
    ['c-1', 0],
  ]);
  expect(rig.written).toEqual([]);
});

test('a group that was empty waits for more members, and longer as long as some come, up to their time-out', () => {
  const rig = new GroupRig({ groupInitialRebalanceDelayMs: 3_000 });
  const first = rig.join({ rebalanceTimeoutMs: 8_000 });
  rig.clock.advance(2_999);
  rig.join({ rebalanceTimeoutMs: 8_000 });
  rig.clock.advance(3_000);
  expect(first.answer).toBe(null);
  rig.join({ rebalanceTimeoutMs: 8_000 });
  rig.clock.advance(2_000);
  expect(first.answer).toBe(null);
  rig.join({ rebalanceTimeoutMs: 8_000 });
  rig.clock.advance(1);
  // 8,000 have passed.
  expect(first.answer!.members).toHaveLength(4);
});

test('a member more has all others join again, once', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  const [c, d] = [rig.join(), rig.join()];
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  expect(rig.heartbeat(a)).toBe('REBALANCE_IN_PROGRESS');
  const again = [rig.join({ memberId: a }), rig.join({ memberId: b })];
  expect(rig.state).toEqual(['CompletingRebalance', 2]);
  expect([c, d, ...again].map(({ answer }) => answer!.generationId)).toEqual([2, 2, 2, 2]);
  expect(again[0].answer!.members).toHaveLength(4);
});

test('who does not join in time is out, and a new leader is one that has', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  const c = rig.join();
  const again = rig.join({ memberId: b });
  for (let at = 0; at < REBALANCE_MS; at += SESSION_MS / 2) {
    // It is there, and does not join.
    expect(rig.heartbeat(a)).toBe('REBALANCE_IN_PROGRESS');
    rig.clock.advance(SESSION_MS / 2);
  }
  expect(rig.state).toEqual(['CompletingRebalance', 2]);
  expect(again.answer).toMatchObject({ leader: b, error: null });
  expect(c.answer).toMatchObject({ leader: b, members: [] });
  expect(rig.heartbeat(a)).toBe('UNKNOWN_MEMBER_ID');
});

test('a member that says nothing for its session is out, and the others are told', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  rig.clock.advance(SESSION_MS - 1);
  expect(rig.heartbeat(a)).toBe(null);
  rig.clock.advance(1);
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  expect(rig.heartbeat(b)).toBe('UNKNOWN_MEMBER_ID');
  expect(rig.join({ memberId: a }).answer).toMatchObject({ generationId: 2, leader: a });
});

test('who waits for a rebalance or an assignment does not lose its session', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  const waiting = rig.join({ memberId: a });
  rig.clock.advance(SESSION_MS);
  // The other one was lost meanwhile, and nobody else was waited for.
  expect(rig.heartbeat(b)).toBe('UNKNOWN_MEMBER_ID');
  expect(waiting.answer).toMatchObject({ error: null, generationId: 2 });
  const joins = [rig.join(), rig.join({ memberId: a })];
  const follower = joins[0].answer!.memberId;
  const synced = rig.sync(follower);
  for (let at = 0; at < 5; at++) {
    rig.clock.advance(SESSION_MS - 1);
    expect(rig.heartbeat(a)).toBe(null);
  }
  rig.assign(a, [a, follower]);
  expect(textOf(synced)).toBe(follower);
  // Its session begins with the answer.
  rig.clock.advance(SESSION_MS - 1);
  expect(rig.heartbeat(follower)).toBe(null);
});

test('who never asks for its assignment is out when the rebalance should be over', () => {
  const rig = new GroupRig();
  const [a, b] = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [leader, silent] = [a, b].map(({ answer }) => answer!.memberId);
  expect(textOf(rig.assign(leader, [leader, silent]))).toBe(leader);
  expect(rig.state).toEqual(['Stable', 1]);
  for (let at = 0; at < REBALANCE_MS; at += SESSION_MS / 2) {
    expect([rig.heartbeat(leader), rig.heartbeat(silent)]).toEqual([null, null]);
    rig.clock.advance(SESSION_MS / 2);
  }
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  expect(rig.heartbeat(silent)).toBe('UNKNOWN_MEMBER_ID');
});

test('a leader that never assigns is out, and those who wait for it join again', () => {
  const rig = new GroupRig();
  const [a, b] = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [leader, follower] = [a, b].map(({ answer }) => answer!.memberId);
  const synced = rig.sync(follower);
  for (let at = 0; at < REBALANCE_MS; at += SESSION_MS / 2) {
    expect(rig.heartbeat(leader)).toBe(null);
    rig.clock.advance(SESSION_MS / 2);
  }
  expect(synced.answer).toMatchObject({ error: 'REBALANCE_IN_PROGRESS' });
  expect(rig.heartbeat(leader)).toBe('UNKNOWN_MEMBER_ID');
  expect(rig.join({ memberId: follower }).answer).toMatchObject({ generationId: 2, leader: follower });
});

test('a group that nobody is left in is written as an empty one, of a generation more', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  rig.clock.advance(5);
  expect(rig.leave(a)).toBe(null);
  expect(rig.state).toEqual(['Empty', 2]);
  expect(rig.written.at(-1)).toEqual({
    protocolType: 'consumer',
    generationId: 2,
    protocolName: null,
    leader: null,
    stateTimestamp: rig.clock.now(),
    members: [],
  });
  // Nothing is left that could come later.
  expect(rig.clock.scheduled).toBe(0);
});

test('the last one that is lost leaves an empty group as well', () => {
  const rig = new GroupRig();
  rig.stable(3);
  rig.clock.advance(SESSION_MS);
  expect(rig.state).toEqual(['Empty', 2]);
  expect(rig.clock.scheduled).toBe(0);
});

test('a first join that waits too long is answered: its client may have gone', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1, () => ({ rebalanceTimeoutMs: 1_000_000 }));
  const lost = rig.join({ rebalanceTimeoutMs: 1_000_000 });
  for (let at = 0; at < 300_000; at += SESSION_MS / 2) {
    expect(lost.answer).toBe(null);
    expect(rig.heartbeat(a)).toBe('REBALANCE_IN_PROGRESS');
    rig.clock.advance(SESSION_MS / 2);
  }
  expect(lost.answer).toMatchObject({ error: 'UNKNOWN_MEMBER_ID', memberId: '' });
  // And it holds up nobody any more.
  expect(rig.join({ memberId: a }).answer).toMatchObject({ error: null, generationId: 2 });
});

test('whoever waits when the group ends is told, and nothing comes after that', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(2);
  const joining = rig.join({ memberId: a });
  const pending = rig.join({ requiresKnownMemberId: true });
  expect(pending.answer!.error).toBe('MEMBER_ID_REQUIRED');
  rig.group.end('NOT_COORDINATOR');
  expect(joining.answer).toMatchObject({ error: 'NOT_COORDINATOR', memberId: a });
  expect(rig.clock.scheduled).toBe(0);
  expect(rig.heartbeat(a)).toBe('COORDINATOR_NOT_AVAILABLE');
  expect(rig.join().answer!.error).toBe('COORDINATOR_NOT_AVAILABLE');
  expect(rig.sync(a).answer!.error).toBe('COORDINATOR_NOT_AVAILABLE');
  expect(rig.leave(a)).toBe('COORDINATOR_NOT_AVAILABLE');
  expect(rig.group.checkCommit(rig.identity(a), { isTransactional: false })).toBe('COORDINATOR_NOT_AVAILABLE');
});

test('where an assignment cannot be written nobody gets it, and all join again', () => {
  const rig = new GroupRig();
  const [a, b] = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [leader, follower] = [a, b].map(({ answer }) => answer!.memberId);
  const synced = rig.sync(follower);
  rig.refusal = 'COORDINATOR_NOT_AVAILABLE';
  const assigned = rig.assign(leader, [leader, follower]);
  expect([synced, assigned].map(({ answer }) => [answer!.error, answer!.assignment.length])).toEqual([
    ['COORDINATOR_NOT_AVAILABLE', 0],
    ['COORDINATOR_NOT_AVAILABLE', 0],
  ]);
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  rig.refusal = null;
  const again = [rig.join({ memberId: leader }), rig.join({ memberId: follower })];
  expect(again.map(({ answer }) => answer!.generationId)).toEqual([2, 2]);
  expect(textOf(rig.assign(leader, [leader, follower]))).toBe(leader);
});
