import { expect, test } from 'vitest';
import { refusedJoin } from '#millrace/group/classic/group-answers.js';
import { GroupMember } from '#millrace/group/classic/group-member.js';
import { GroupMembers } from '#millrace/group/classic/group-members.js';
import { protocols } from './group-rig.ts';

function memberOf(memberId: string, facts: object = {}): GroupMember {
  return new GroupMember({
    memberId,
    groupInstanceId: null,
    clientId: 'c',
    clientHost: 'h',
    rebalanceTimeoutMs: 10,
    sessionTimeoutMs: 1,
    protocols: protocols('range'),
    ...facts,
  });
}

function groupOf(...members: GroupMember[]): GroupMembers {
  const group = new GroupMembers();
  for (const member of members) group.add(member);
  return group;
}

test('the first member leads, and after it the one that came next', () => {
  const group = groupOf(memberOf('a'), memberOf('b'), memberOf('c'));
  expect([group.leader, group.isLeader('a'), group.size]).toEqual(['a', true, 3]);
  group.remove('b');
  group.remove('a');
  expect(group.leader).toBe('c');
  group.remove('c');
  expect([group.leader, group.size, group.remove('c')]).toEqual([null, 0, undefined]);
  expect(() => groupOf(memberOf('a'), memberOf('a'))).toThrow('one already');
});

test('who waits for its join is counted, however it ends', () => {
  const [a, b] = [memberOf('a'), memberOf('b')];
  const group = groupOf(a, b);
  const told: string[] = [];
  for (const member of [a, b]) group.awaitJoin(member, ({ error }) => void told.push(`${member.memberId} ${error}`));
  expect(group.awaitingJoin).toBe(2);
  expect(() => group.awaitJoin(a, () => undefined)).toThrow('two joins');
  expect(group.answerJoin(a, refusedJoin('REBALANCE_IN_PROGRESS', 'a'))).toBe(true);
  expect(group.answerJoin(a, refusedJoin(null, 'a'))).toBe(false);
  expect(group.awaitingJoin).toBe(1);
  // It can be told when it is out already, and counts once.
  group.remove('b');
  expect(group.awaitingJoin).toBe(0);
  group.answerJoin(b, refusedJoin('UNKNOWN_MEMBER_ID', ''));
  expect(group.awaitingJoin).toBe(0);
  expect(told).toEqual(['a REBALANCE_IN_PROGRESS', 'b UNKNOWN_MEMBER_ID']);
});

test('a generation is led by one that has joined it', () => {
  const [a, b, c] = [memberOf('a'), memberOf('b'), memberOf('c')];
  const group = groupOf(a, b, c);
  expect(group.electJoinedLeader()).toBe(false);
  group.awaitJoin(c, () => undefined);
  group.awaitJoin(b, () => undefined);
  expect([group.electJoinedLeader(), group.leader]).toEqual([true, 'b']);
  group.awaitJoin(a, () => undefined);
  expect([group.electJoinedLeader(), group.leader]).toEqual([true, 'b']);
  expect(new GroupMembers().electJoinedLeader()).toBe(false);
});

test('a member takes the place of another one with its lead and its instance', () => {
  let ended = 0;
  const [a, b] = [memberOf('a', { groupInstanceId: 'i' }), memberOf('b', { protocols: protocols('range', 'x') })];
  const group = groupOf(a, b);
  a.cancelSession = () => void ended++;
  const next = memberOf('a2', { groupInstanceId: 'i', protocols: protocols('x', 'range') });
  group.replace(a, next);
  expect([group.leader, group.idOf('i'), group.has('a'), group.get('a2'), ended]).toEqual(['a2', 'a2', false, next, 1]);
  expect([group.isSupportedByAll('x'), group.selectProtocol()]).toEqual([true, 'range']);
  group.awaitJoin(next, () => undefined);
  expect(() => group.replace(next, a)).toThrow('waits for an answer');
  group.remove('a2');
  expect(group.idOf('i')).toBe(undefined);
});

test('what members say of themselves is what counts', () => {
  const a = memberOf('a');
  const group = groupOf(a, memberOf('b', { rebalanceTimeoutMs: 20 }));
  expect([group.rebalanceTimeoutMs, group.selectProtocol()]).toEqual([20, 'range']);
  group.update(a, { protocols: protocols('x', 'range'), rebalanceTimeoutMs: 30, sessionTimeoutMs: 5 });
  expect([group.rebalanceTimeoutMs, a.sessionTimeoutMs, group.isSupportedByAll('x')]).toEqual([30, 5, false]);
  group.remove('b');
  expect([group.rebalanceTimeoutMs, group.selectProtocol()]).toEqual([30, 'x']);
});

test('a leader that is restored must be a member', () => {
  const group = groupOf(memberOf('a'), memberOf('b'));
  group.restoreLeader('b');
  expect(group.leader).toBe('b');
  group.restoreLeader('c');
  expect(group.leader).toBe('b');
  expect(Array.from(group.all, ({ memberId }) => memberId)).toEqual(['a', 'b']);
});
