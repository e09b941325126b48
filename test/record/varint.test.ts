import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VarintReader, varintSize, varlongSize, writeVarint, writeVarlong } from '#millrace/record/varint.js';
import { bytesOf, check, codeOf } from './random.ts';

const int32 = fc.oneof(fc.integer(), fc.integer({ min: -70, max: 70 }), fc.integer({ min: -8200, max: 8200 }));
const safe = fc.oneof(
  fc.maxSafeInteger(),
  int32,
  fc.integer({ min: -40, max: 40 }).map((n) => n * 2 ** 40),
);

/** The zigzag form by BigInt, as the format defines it. */
function encoded(value: number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const reader = (bytes: Uint8Array, limit = bytes.length): VarintReader => new VarintReader(bytes, 0, limit);

describe('varints', () => {
  test.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [63, '7e'],
    [-64, '7f'],
    [64, '80 01'],
    [8191, 'fe 7f'],
    [8192, '80 80 01'],
    [0x7fff_ffff, 'fe ff ff ff 0f'],
    [-0x8000_0000, 'ff ff ff ff 0f'],
  ])('%d is %s', (value, dump) => {
    const bytes = Buffer.alloc(5);
    expect(writeVarint(bytes, 0, value)).toBe(bytesOf(dump).length);
    expect(bytes.subarray(0, bytesOf(dump).length)).toEqual(bytesOf(dump));
    expect(reader(bytesOf(dump)).readVarint()).toBe(value);
  });

  test('every int32 and every safe integer is written as the format says, in the size announced, and read back', () => {
    check(
      fc.property(int32, safe, (short, long) => {
        const bytes = Buffer.alloc(24, 0xee);
        const middle = writeVarint(bytes, 0, short);
        const end = writeVarlong(bytes, middle, long);
        expect(bytes.subarray(0, middle)).toEqual(encoded(short));
        expect(bytes.subarray(middle, end)).toEqual(encoded(long));
        expect(varintSize(short)).toBe(middle);
        expect(varlongSize(long)).toBe(end - middle);
        const read = reader(bytes);
        expect(read.readVarint()).toBe(short);
        expect(read.readVarlong()).toBe(long);
        expect(read.position).toBe(end);
      }),
      300,
    );
  });

  test.each([
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 53 - 1,
    1 - 2 ** 53,
    2 ** 34,
    2 ** 34 - 1,
    -(2 ** 48),
    2 ** 48 - 1,
  ])('the varlong %d', (value) => {
    const bytes = Buffer.alloc(10);
    const end = writeVarlong(bytes, 0, value);
    expect(bytes.subarray(0, end)).toEqual(encoded(value));
    expect(varlongSize(value)).toBe(end);
    expect(reader(bytes).readVarlong()).toBe(value);
  });

  test('the ends of int64 come back rounded', () => {
    expect(reader(bytesOf('fe ff ff ff ff ff ff ff ff 01')).readVarlong()).toBe(2 ** 63);
    expect(reader(bytesOf('ff ff ff ff ff ff ff ff ff 01')).readVarlong()).toBe(-(2 ** 63));
  });

  test('padded forms are read', () => {
    expect(reader(bytesOf('82 00')).readVarint()).toBe(1);
    expect(reader(bytesOf('82 80 80 80 00')).readVarint()).toBe(1);
    expect(reader(bytesOf('83 80 80 80 80 80 80 80 80 00')).readVarlong()).toBe(-2);
  });

  test.each(['80 80 80 80 80 00', '80 80 80 80 10', 'ff ff ff ff ff'])('a varint of %s is too long', (dump) => {
    expect(codeOf(() => reader(bytesOf(dump)).readVarint())).toBe('ERR_MILLRACE_CORRUPT');
  });

  test.each(['80 80 80 80 80 80 80 80 80 80 00', 'ff ff ff ff ff ff ff ff ff 02', 'ff ff ff ff ff ff ff ff ff ff'])(
    'a varlong of %s is too long',
    (dump) => {
      expect(codeOf(() => reader(bytesOf(dump)).readVarlong())).toBe('ERR_MILLRACE_CORRUPT');
    },
  );

  test('nothing is read past the limit, though bytes follow', () => {
    check(
      fc.property(safe, int32, (long, short) => {
        for (const [bytes, read] of [
          [encoded(long), (from: VarintReader) => from.readVarlong()],
          [encoded(short), (from: VarintReader) => from.readVarint()],
        ] as const) {
          for (let limit = 0; limit < bytes.length; limit++) {
            expect(codeOf(() => read(reader(bytes, limit)))).toBe('ERR_MILLRACE_CORRUPT');
          }
        }
      }),
      200,
    );
  });
});
