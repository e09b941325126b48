import { expect, test } from 'vitest';
import type { MemberSubscription } from '#millrace/group/assignor/assignor.js';
import { PreviousOwners } from '#millrace/group/assignor/previous-owners.js';
import { StickyGroup } from '#millrace/group/assignor/sticky-group.js';
import {
  cooperativeOwnership,
  encodeStickyUserData,
  stickyOwnership,
} from '#millrace/group/assignor/sticky-user-data.js';
import { group, member, partitionsOf, topicsOf } from './groups.ts';

function ownersOf(members: Record<string, MemberSubscription>, ownershipOf = cooperativeOwnership): PreviousOwners {
  const subscriptions = group(members);
  return new PreviousOwners(new StickyGroup(topicsOf({ t: 4 }), subscriptions), subscriptions, ownershipOf);
}

const owned = (owners: PreviousOwners): number[][] => owners.owned.map((each) => [...each]);

test('each owns what it names, but what does not exist', () => {
  const owners = ownersOf({
    a: member('t', { owned: 't-1 t-9 nowhere-0', generation: 1 }),
    b: member('t', { owned: 't-3 t-0', generation: 1 }),
    c: member('t'),
  });
  expect(owned(owners)).toEqual([[1], [3, 0], []]);
  expect(owners.disputed.size).toBe(0);
  expect([...owners.formerOwners()]).toEqual([-1, -1, -1, -1]);
});

test.each([
  ['the older first', ['a', 'b']],
  ['the newer first', ['b', 'a']],
])('the newer generation holds: %s', (_, order) => {
  const members: Record<string, MemberSubscription> = {
    a: member('t', { owned: 't-0 t-1', generation: 3 }),
    b: member('t', { owned: 't-1', generation: 4 }),
  };
  const owners = ownersOf(Object.fromEntries(order.map((id) => [id, members[id]])));
  expect(owned(owners)).toEqual([[0], [1]]);
  expect([...owners.formerOwners()]).toEqual([0, 0, -1, -1]);
});

test('two of one generation are believed neither, nor is a third one', () => {
  const owners = ownersOf({
    a: member('t', { owned: 't-0 t-1', generation: 3 }),
    b: member('t', { owned: 't-1', generation: 3 }),
    c: member('t', { owned: 't-1', generation: 3 }),
  });
  expect(owned(owners)).toEqual([[0], [], []]);
  expect([...owners.disputed]).toEqual([1]);
});

test('a member that names a partition twice is not believed either', () => {
  const owners = ownersOf({ a: member('t', { owned: 't-1 t-1 t-2', generation: 3 }) });
  expect(owned(owners)).toEqual([[2]]);
  expect([...owners.disputed]).toEqual([1]);
});

test('former owners: the last one before the newest generation; who names none comes last', () => {
  const userData = (text: string, generationId: number): Buffer =>
    encodeStickyUserData({ topics: [], lastAssignment: { partitions: partitionsOf(text), generationId } })!;
  const owners = ownersOf(
    {
      a: member('t', { userData: userData('t-0 t-1 t-2', 1), generation: 1 }),
      b: member('t', { userData: userData('t-1', 2), generation: 2 }),
      c: member('t', { userData: userData('t-2', 0).subarray(0, -4) }),
      d: member('t', { userData: userData('t-3', 3), generation: 3 }),
    },
    stickyOwnership,
  );
  expect([...owners.formerOwners()]).toEqual([0, 1, 0, -1]);
});
