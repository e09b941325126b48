import { expect, test } from 'vitest';
import type { MemberSubscription, TopicsMetadata } from '#millrace/group/assignor/assignor.js';
import { PreviousOwners } from '#millrace/group/assignor/previous-owners.js';
import { StickyGroup } from '#millrace/group/assignor/sticky-group.js';
import { cooperativeOwnership } from '#millrace/group/assignor/sticky-user-data.js';
import { UnevenDistribution } from '#millrace/group/assignor/uneven-distribution.js';
import { group, member, shown, topicsOf } from './groups.ts';

function distributed(metadata: TopicsMetadata, members: Record<string, MemberSubscription>): Record<string, string> {
  const subscriptions = group(members);
  const numbered = new StickyGroup(metadata, subscriptions);
  const previous = new PreviousOwners(numbered, subscriptions, cooperativeOwnership);
  return shown(numbered.assignments(new UnevenDistribution(numbered, previous).lists));
}

test('first what few may have, then to who has least', () => {
  const members = { a: member('t0'), b: member('t0 t1'), c: member('t0 t1 t2') };
  expect(distributed(topicsOf({ t0: 1, t1: 2, t2: 3 }), members)).toEqual({
    a: 't0-0',
    b: 't1-0 t1-1',
    c: 't2-0 t2-1 t2-2',
  });
});

test('a member that comes is given what makes it even, and no more moves than must', () => {
  const members = {
    a: member('t u', { owned: 't-0 t-1 t-2 t-3', generation: 1 }),
    b: member('u', { owned: 'u-0', generation: 1 }),
    c: member('t'),
  };
  expect(distributed(topicsOf({ t: 4, u: 1 }), members)).toEqual({ a: 't-2 t-3', b: 'u-0', c: 't-0 t-1' });
});

test('who no longer subscribes loses it', () => {
  const members = { a: member('u', { owned: 't-0 u-0', generation: 1 }), b: member('t') };
  expect(distributed(topicsOf({ t: 1, u: 1 }), members)).toEqual({ a: 'u-0', b: 't-0' });
});

test('who was away and has come back gets its own back, unless it does not ask for it', () => {
  const a = member('t u', { owned: 't-0 t-1 t-2 t-3', generation: 5 });
  const metadata = topicsOf({ t: 4, u: 1 });
  const away = (topics: string): MemberSubscription => member(topics, { owned: 't-0', generation: 4 });
  const others = { b: member('t'), c: member('u') };
  expect(distributed(metadata, { a, ...others, z: away('t') })).toEqual({ a: 't-2 t-3', b: 't-1', c: 'u-0', z: 't-0' });
  expect(distributed(metadata, { a, ...others, z: away('u') })).toEqual({
    a: 't-2 t-3',
    b: 't-0 t-1',
    c: 'u-0',
    z: '',
  });
});

test('topics that nobody can take from each other stay out of it, and so does who subscribes to nothing', () => {
  const members = { a: member('t'), b: member('u'), c: member('') };
  expect(distributed(topicsOf({ t: 5, u: 1 }), members)).toEqual({
    a: 't-0 t-1 t-2 t-3 t-4',
    b: 'u-0',
    c: '',
  });
});

test('near ones first', () => {
  const metadata = topicsOf({ t: ['x', 'y'], u: ['x', 'y'] });
  const members = { a: member('t u', { rack: 'x' }), b: member('t', { rack: 'y' }), c: member('u', { rack: 'y' }) };
  expect(distributed(metadata, members)).toEqual({ a: 't-0 u-0', b: 't-1', c: 'u-1' });
});
