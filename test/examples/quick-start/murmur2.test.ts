/** Kafka's partitioner: a key must land where a Kafka client would put it. */
import { expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../../examples/quick-start/murmur2.js';

// The values that Kafka's own test of its hash expects (UtilsTest.testMurmur2).
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('%s', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('a partition is never negative', () => {
  expect(partitionOf(Buffer.from('21'), 1000)).toBe((-973932308 & 0x7fffffff) % 1000);
  const found = new Set<number>();
  for (let i = 0; i < 200; i++) found.add(partitionOf(Buffer.from(`key-${i}`), 4));
  expect([...found].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
});
