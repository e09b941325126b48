import { expect, test } from 'vitest';
import { topicIdOrder } from '#millrace/group/assignor/topic-id-order.js';

test('that of two signed numbers', () => {
  const idOf = (high: bigint, low: bigint): string => {
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64BE(high);
    bytes.writeBigInt64BE(low, 8);
    return bytes.toString('base64url');
  };
  const least = -(2n ** 63n);
  const inOrder = [
    idOf(least, 5n),
    idOf(-1n, 0n),
    idOf(0n, least),
    idOf(0n, -1n),
    idOf(0n, 0n),
    idOf(0n, 1n),
    idOf(1n, least),
  ];
  const sorted = inOrder.toReversed().sort((one, other) => Buffer.compare(topicIdOrder(one), topicIdOrder(other)));
  expect(sorted).toEqual(inOrder);
});
