import { expect, test } from 'vitest';
import type { MemberSubscription, TopicsMetadata } from '#millrace/group/assignor/assignor.js';
import { EvenDistribution } from '#millrace/group/assignor/even-distribution.js';
import { PreviousOwners } from '#millrace/group/assignor/previous-owners.js';
import { StickyGroup } from '#millrace/group/assignor/sticky-group.js';
import { cooperativeOwnership } from '#millrace/group/assignor/sticky-user-data.js';
import { group, member, topicsOf } from './groups.ts';

function distributed(
  metadata: TopicsMetadata,
  members: Record<string, MemberSubscription>,
): { lists: readonly (readonly number[])[]; transferred: number[] } {
  const subscriptions = group(members);
  const numbered = new StickyGroup(metadata, subscriptions);
  const previous = new PreviousOwners(numbered, subscriptions, cooperativeOwnership);
  const { lists, transferred } = new EvenDistribution(numbered, previous);
  return { lists, transferred: [...transferred] };
}

test('at first in turn', () => {
  expect(distributed(topicsOf({ t: 7 }), { a: member('t'), b: member('t'), c: member('t') }).lists).toEqual([
    [0, 3, 6],
    [1, 4],
    [2, 5],
  ]);
});

test('a member that comes gets what others have too much, the last of it', () => {
  const owned = (text: string): MemberSubscription => member('t', { owned: text, generation: 1 });
  expect(distributed(topicsOf({ t: 6 }), { a: owned('t-0 t-1 t-2'), b: owned('t-5 t-4 t-3'), c: member('t') })).toEqual(
    {
      lists: [
        [0, 1],
        [3, 4],
        [2, 5],
      ],
      transferred: [2, 5],
    },
  );
});

test('of several that have one more, the first ones keep it', () => {
  const owned = (text: string): MemberSubscription => member('t', { owned: text, generation: 1 });
  const members = { a: owned('t-0 t-1'), b: owned('t-2 t-3'), c: member('t') };
  expect(distributed(topicsOf({ t: 4 }), members).lists).toEqual([[0, 1], [2], [3]]);
});

test('what two have named goes to somebody, and is theirs no longer', () => {
  const owned = (text: string): MemberSubscription => member('t', { owned: text, generation: 1 });
  expect(distributed(topicsOf({ t: 2 }), { a: owned('t-0 t-1'), b: owned('t-1') })).toEqual({
    lists: [[0], [1]],
    transferred: [1],
  });
});

test('fewer partitions than members, none at all', () => {
  const members = { a: member('t'), b: member('t', { owned: 't-0', generation: 1 }), c: member('t') };
  expect(distributed(topicsOf({ t: 1 }), members)).toEqual({ lists: [[], [0], []], transferred: [] });
  expect(distributed(topicsOf({}), members).lists).toEqual([[], [], []]);
});

test('with racks, near ones first; what is far is given up', () => {
  const metadata = topicsOf({ t: ['x', 'y', 'x', 'y'] });
  const members = {
    a: member('t', { rack: 'x', owned: 't-0 t-1', generation: 1 }),
    b: member('t', { rack: 'y', owned: 't-2 t-3', generation: 1 }),
  };
  expect(distributed(metadata, members)).toEqual({
    lists: [
      [0, 2],
      [3, 1],
    ],
    transferred: [1, 2],
  });
});

test('evenness comes before racks', () => {
  const metadata = topicsOf({ t: ['x', 'x', 'x', 'x y'] });
  const members = { a: member('t', { rack: 'x' }), b: member('t', { rack: 'y' }) };
  expect(distributed(metadata, members).lists).toEqual([
    [0, 1],
    [3, 2],
  ]);
});
