import { expect, test } from 'vitest';
import { StickyGroup } from '#millrace/group/assignor/sticky-group.js';
import { group, member, shown, topicsOf } from './groups.ts';

const metadata = topicsOf({ b: 3, a: 2, unasked: 4 });

test('members, topics and partitions by number', () => {
  const it = new StickyGroup(metadata, group({ z: member('b a nowhere'), m: member('a') }));
  expect(it.memberIds).toEqual(['m', 'z']);
  expect(it.givenOrder).toEqual([1, 0]);
  expect(it.topics).toEqual(['a', 'b']);
  expect(it.partitionCount).toBe(5);
  expect([it.firstOf(1), it.countOf(1)]).toEqual([2, 3]);
  expect([0, 1, 2, 3, 4].map((partition) => [it.topicOf(partition), it.indexOf(partition)])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  expect(it.subscribed).toEqual([new Set([0]), new Set([1, 0])]);
  expect(shown(it.assignments([[1], [4, 0]]))).toEqual({ z: 'b-2 a-0', m: 'a-1' });
});

test('what does not exist has no number', () => {
  const it = new StickyGroup(metadata, group({ m: member('a b') }));
  const numberOf = (topic: string, partition: number): number => it.numberOf({ topic, partition });
  expect(numberOf('b', 2)).toBe(4);
  const none = [numberOf('b', 3), numberOf('b', -1), numberOf('nowhere', 0), numberOf('unasked', 0)];
  expect(none).toEqual([-1, -1, -1, -1]);
});

test('uniform: the same topics, in whatever order and however often', () => {
  const isUniform = (...topics: string[]): boolean =>
    new StickyGroup(metadata, new Map(topics.map((each, i) => [`m${i}`, member(each)]))).isUniform;
  expect(isUniform('a b', 'b a', 'a b a')).toBe(true);
  expect(isUniform('a b a', 'b a')).toBe(true);
  expect(isUniform('a b', 'a')).toBe(false);
  expect(isUniform('a', 'a b')).toBe(false);
  expect(isUniform('a b', 'a a')).toBe(false);
  // What does not exist counts too, and so does nothing at all.
  expect(isUniform('a', 'a nowhere')).toBe(false);
  expect(isUniform('', 'a')).toBe(false);
  expect(isUniform('', '')).toBe(true);
});

test('apart only where racks matter', () => {
  const members = group({ m: member('a b', { rack: 'x' }) });
  expect(new StickyGroup(topicsOf({ a: ['y'], b: ['x'] }), members).areApart(0, 0)).toBe(true);
  expect(new StickyGroup(topicsOf({ a: ['y'], b: ['y'] }), members).areApart(0, 0)).toBe(false);
});
