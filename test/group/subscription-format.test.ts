import { expect, test } from 'vitest';
import { comparePartitions } from '#millrace/group/partitions-format.js';
import { decodeSubscription, encodeSubscription } from '#millrace/group/subscription-format.js';

const subscription = {
  topics: ['b', 'a'],
  userData: Buffer.from([7]),
  ownedPartitions: [
    { topic: 'b', partition: 10 },
    { topic: 'a', partition: 3 },
    { topic: 'b', partition: 9 },
  ],
  generationId: 5,
  rackId: 'r',
};
/** As the Java consumer of Kafka 4.2 writes it (test/compat/kafka judges others, drawn at random). */
const fields = {
  topics: ['00000002', '000161', '000162'].join(''),
  userData: ['00000001', '07'].join(''),
  owned: ['00000002', '000161', '00000001', '00000003', '000162', '00000002', '00000009', '0000000a'].join(''),
  generation: '00000005',
  rack: '000172',
};
const { topics, userData, owned, generation, rack } = fields;
const read = (hex: string) => decodeSubscription(Buffer.from(hex, 'hex'));
const inOrder = {
  ...subscription,
  topics: ['a', 'b'],
  ownedPartitions: subscription.ownedPartitions.toSorted(comparePartitions),
};

test('written is version 3, byte by byte, topics and partitions in order', () => {
  const bytes = encodeSubscription(subscription);
  expect(bytes.toString('hex')).toBe(['0003', topics, userData, owned, generation, rack].join(''));
  expect(decodeSubscription(bytes)).toEqual(inOrder);
  expect(subscription.topics).toEqual(['b', 'a']);
});

test('nothing to say', () => {
  const nothing = { topics: [], userData: null, ownedPartitions: [], generationId: -1, rackId: null };
  const bytes = encodeSubscription(nothing);
  expect(bytes.toString('hex')).toBe(['0003', '00000000', 'ffffffff', '00000000', 'ffffffff', 'ffff'].join(''));
  expect(decodeSubscription(bytes)).toEqual(nothing);
});

test('earlier versions lack what came later', () => {
  expect(read(['0002', topics, userData, owned, generation].join(''))).toEqual({ ...inOrder, rackId: null });
  expect(read(['0001', topics, userData, owned].join(''))).toEqual({ ...inOrder, generationId: -1, rackId: null });
  expect(read(['0000', topics, userData].join(''))).toEqual({
    ...inOrder,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
  });
});

test('a later version is read as the latest that is known, whatever follows', () => {
  expect(read(['0009', topics, userData, owned, generation, rack, 'abcdef'].join(''))).toEqual(inOrder);
});

test('a generation below 0 is none, and so is an empty rack', () => {
  expect(read(['0003', topics, userData, owned, 'fffffff0', '0000'].join(''))).toMatchObject({
    generationId: -1,
    rackId: null,
  });
});

test('what is damaged is refused, wherever it cuts', () => {
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
  const whole = encodeSubscription(subscription);
  for (let size = 0; size < whole.length; size++) {
    expect(() => decodeSubscription(whole.subarray(0, size)), `${size}`).toThrow(corrupt);
  }
  for (const hex of [
    ['ffff', topics].join(''),
    ['0000', 'ffffffff', userData].join(''),
    ['0000', '7fffffff', userData].join(''),
  ]) {
    expect(() => read(hex), hex).toThrow(corrupt);
  }
});
