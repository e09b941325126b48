import { expect, test } from 'vitest';
import { ProtocolVotes } from '#millrace/group/classic/protocol-votes.js';
import { protocols } from './group-rig.ts';

function votesOf(...preferences: string[][]): {
  votes: ProtocolVotes;
  members: { protocols: ReturnType<typeof protocols> }[];
} {
  const votes = new ProtocolVotes();
  const members = preferences.map((names) => ({ protocols: protocols(...names) }));
  for (const member of members) votes.add(member.protocols);
  return { votes, members };
}

test('only what all support can be chosen, and of that what most like best', () => {
  const { votes, members } = votesOf(['x', 'a', 'b'], ['b', 'a'], ['y', 'b', 'a']);
  expect(votes.select(members)).toBe('b');
  expect(['a', 'b', 'x', 'z'].map((name) => votes.isSupportedByAll(name, 3))).toEqual([true, true, false, false]);
});

test('of two with as many votes it is the one that was voted for first', () => {
  const { votes, members } = votesOf(['a', 'b'], ['b', 'a']);
  expect(votes.select(members)).toBe('a');
  const turned = votesOf(['b', 'a'], ['a', 'b']);
  expect(turned.votes.select(turned.members)).toBe('b');
});

test('what a member said does not count when it is gone', () => {
  const { votes, members } = votesOf(['a'], ['b', 'a']);
  expect(votes.isSupportedByAll('b', 2)).toBe(false);
  votes.remove(members[0].protocols);
  expect(votes.isSupportedByAll('b', 1)).toBe(true);
  expect(votes.select(members.slice(1))).toBe('b');
  votes.remove(members[1].protocols);
  // Whoever comes first may bring anything.
  expect(votes.isSupportedByAll('z', 0)).toBe(true);
  expect(() => votes.select([])).toThrow('without members');
  expect(() => votes.select(members)).toThrow('supports none');
});
