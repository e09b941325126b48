import { expect, test } from 'vitest';
import { coordinatorPartition, javaHash } from '#millrace/protocol/coordinator-partition.js';

test('the hash is that of java.lang.String', () => {
  // The third has the least of all hashes, the last one units outside the basic plane.
  const hashes = { '': 0, 'order-writer': -271232046, polygenelubricants: -2147483648, 'Grüße 🚚': 412023366 };
  for (const [text, hash] of Object.entries(hashes)) expect(javaHash(text)).toBe(hash);
});

test('the partition is the hash without its sign, modulo the partitions', () => {
  expect(coordinatorPartition('order-writer', 50)).toBe(46);
  expect(coordinatorPartition('order-writer', 1)).toBe(0);
  expect(coordinatorPartition('polygenelubricants', 7)).toBe(0);
  expect(() => coordinatorPartition('a', 0)).toThrow('a topic of no partition');
});
