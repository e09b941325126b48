import { expect, test } from 'vitest';
import { PartitionMap } from '#millrace/group/partition-map.js';

test('values by topic and partition', () => {
  const map = new PartitionMap<string>();
  expect([map.isEmpty, map.get('a', 0), map.has('a', 0), map.of('a')]).toEqual([true, undefined, false, undefined]);
  map.set('a', 0, 'first');
  map.set('a', 0, 'a0');
  map.set('a', 1, 'a1');
  map.set('b', -1, 'b');
  expect([map.isEmpty, map.get('a', 0), map.has('a', 1), map.has('b', 0)]).toEqual([false, 'a0', true, false]);
  expect([...map.of('a')!]).toEqual([
    [0, 'a0'],
    [1, 'a1'],
  ]);
  expect([...map.entries()]).toEqual([
    ['a', 0, 'a0'],
    ['a', 1, 'a1'],
    ['b', -1, 'b'],
  ]);
});

test('what is deleted leaves nothing behind', () => {
  const map = new PartitionMap<number>();
  map.set('a', 0, 1);
  map.set('a', 1, 2);
  expect([map.delete('a', 2), map.delete('b', 0), map.delete('a', 0)]).toEqual([false, false, true]);
  expect([map.isEmpty, map.of('a')?.size]).toEqual([false, 1]);
  expect(map.delete('a', 1)).toBe(true);
  expect([map.isEmpty, map.of('a'), map.delete('a', 1)]).toEqual([true, undefined, false]);
});

test('entries may be deleted while they are walked', () => {
  const map = new PartitionMap<number>();
  for (let i = 0; i < 5; i++) map.set(`t${i}`, i, i);
  for (const [topic, partition] of map.entries()) map.delete(topic, partition);
  expect(map.isEmpty).toBe(true);
});
