import { expect, test } from 'vitest';
import * as integers from '#millrace/protocol/integers.js';
import { Random, seedsOf } from '../support/random.ts';

const { INT64_MAX, isInt64, readInt16, readInt32, readInt64, writeInt16, writeInt32, writeInt64 } = integers;

test('what is written is read again, as Node reads it', () => {
  const [seed] = seedsOf(1);
  const random = new Random(seed);
  const bytes = Buffer.alloc(16);
  for (let i = 0; i < 2_000; i++) {
    // Without a sign, a zero is one.
    const wide = Math.round((random.fraction() - 0.5) * 2 ** random.between(1, 64)) + 0;
    writeInt64(bytes, 1, wide);
    expect([seed, readInt64(bytes, 1), Number(bytes.readBigInt64BE(1))]).toEqual([seed, wide, wide]);
    writeInt32(bytes, 3, wide | 0);
    expect([readInt32(bytes, 3), bytes.readInt32BE(3)]).toEqual([wide | 0, wide | 0]);
    const narrow = (wide << 16) >> 16;
    writeInt16(bytes, 9, narrow);
    expect([readInt16(bytes, 9), bytes.readInt16BE(9)]).toEqual([narrow, narrow]);
  }
});

test('the largest int64 is 2^63, both ways', () => {
  const bytes = Buffer.from('7fffffffffffffff', 'hex');
  expect(readInt64(bytes, 0)).toBe(INT64_MAX);
  const written = Buffer.alloc(8);
  writeInt64(written, 0, INT64_MAX);
  expect(written).toEqual(bytes);
  writeInt64(written, 0, -INT64_MAX);
  expect(written.toString('hex')).toBe('8000000000000000');
});

test('beyond 2^53 the nearest number comes back', () => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(2n ** 53n + 1n);
  expect(readInt64(bytes, 0)).toBe(2 ** 53);
});

test('what an int64 can be', () => {
  const values = [0, -1, INT64_MAX, -INT64_MAX, 2 ** 63 + 2 ** 11, 0.5, NaN, Infinity, '1', 1n, null, undefined];
  expect(values.map(isInt64)).toEqual([...Array(4).fill(true), ...Array(8).fill(false)]);
});
