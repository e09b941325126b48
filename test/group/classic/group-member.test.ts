import { expect, test } from 'vitest';
import { GroupMember } from '#millrace/group/classic/group-member.js';
import { protocols } from './group-rig.ts';

const written = {
  memberId: 'm',
  groupInstanceId: 'i',
  clientId: 'c',
  clientHost: '/127.0.0.1',
  rebalanceTimeoutMs: 2,
  sessionTimeoutMs: 1,
  subscription: Buffer.from('s'),
  assignment: Buffer.from('a'),
};

test('a member that a log tells of is written as it was read', () => {
  const member = GroupMember.restored(written, 'range');
  expect(member.written('range', member.assignment)).toEqual(written);
  expect(member.joined('range')).toEqual({ memberId: 'm', groupInstanceId: 'i', metadata: written.subscription });
  expect([member.isStatic, member.isNew, member.isHeldAlive]).toEqual([true, false, false]);
  // Of other protocols nothing is known, nor of a group's that has none.
  expect([member.metadata('sticky').length, member.metadata(null).length]).toEqual([0, 0]);
});

test('it is the same as before if it says the same of the same protocols in the same order', () => {
  const member = new GroupMember({ ...written, protocols: protocols('a', 'b') });
  expect(member.matches(protocols('a', 'b'))).toBe(true);
  expect(member.matches(protocols('b', 'a'))).toBe(false);
  expect(member.matches(protocols('a'))).toBe(false);
  expect(member.matches(protocols('a', 'b', 'c'))).toBe(false);
  expect(member.matches([...protocols('a'), { name: 'b', metadata: Buffer.from('else') }])).toBe(false);
});

test('who waits for an answer is held alive, but for one that nobody has heard since its first join', () => {
  const member = new GroupMember({ ...written, groupInstanceId: null, protocols: [] });
  expect(member.isStatic).toBe(false);
  member.awaitingJoin = () => undefined;
  expect(member.isHeldAlive).toBe(true);
  member.isNew = true;
  expect(member.isHeldAlive).toBe(false);
  Object.assign(member, { isNew: false, awaitingJoin: null, awaitingSync: () => undefined });
  expect(member.isHeldAlive).toBe(true);
});
