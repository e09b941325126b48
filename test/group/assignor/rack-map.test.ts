import { expect, test } from 'vitest';
import { RackMap, racksOfTopic } from '#millrace/group/assignor/rack-map.js';
import { topicsOf } from './groups.ts';

test('near and apart, and how many are near', () => {
  const map = new RackMap(['x', 'y', null, 'x'], () => [['x'], ['y', 'z'], ['z'], []]);
  expect(map.matters).toBe(true);
  const facts = (member: number) =>
    [0, 1, 2, 3].map((partition) => (map.areTogether(member, partition) ? 'near' : map.areApart(member, partition)));
  expect(facts(0)).toEqual(['near', true, true, true]);
  expect(facts(1)).toEqual([true, 'near', true, true]);
  // Who is in no rack is neither.
  expect(facts(2)).toEqual([false, false, false, false]);
  expect([0, 1, 2, 3].map((partition) => map.membersNear(partition))).toEqual([2, 1, 0, 0]);
});

test('racks do not matter where all partitions are in all of them, or none in that of a member', () => {
  expect(
    new RackMap(['x'], () => [
      ['x', 'y'],
      ['y', 'x'],
    ]).matters,
  ).toBe(false);
  expect(new RackMap(['x'], () => [['y'], ['z']]).matters).toBe(false);
  expect(new RackMap(['x'], () => [['y'], ['x']]).matters).toBe(true);
  expect(new RackMap(['x'], () => []).matters).toBe(false);
});

test('where no member is in a rack those of partitions are not asked for', () => {
  const map = new RackMap([null, null], () => {
    throw new Error('asked');
  });
  expect([map.matters, map.areApart(0, 0), map.areTogether(1, 0)]).toEqual([false, false, false]);
});

test('racks of a topic, each once', () => {
  expect(racksOfTopic(topicsOf({ a: ['x y x', ''] }), 'a')).toEqual([['x', 'y'], []]);
});
