import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInt64, readOffset, writeInt64 } from '#millrace/record/int64.js';
import { check } from './random.ts';

const view = new DataView(new ArrayBuffer(16));

describe('int64', () => {
  test('every safe integer is written as DataView writes its BigInt, and read back', () => {
    check(
      fc.property(fc.maxSafeInteger(), (value) => {
        writeInt64(view, 3, value);
        expect(view.getBigInt64(3)).toBe(BigInt(value));
        expect(readInt64(view, 3)).toBe(value);
      }),
      200,
    );
  });

  test.each([0, -1, 1, 0xffff_ffff, 0x1_0000_0000, -0x1_0000_0000, -0xffff_ffff, Number.MAX_SAFE_INTEGER])(
    '%d',
    (value) => {
      writeInt64(view, 0, value);
      expect(view.getBigInt64(0)).toBe(BigInt(value));
      expect(readInt64(view, 0)).toBe(value);
    },
  );

  test('what lies beyond 2^53 is read as the nearest double', () => {
    view.setBigInt64(0, 2n ** 63n - 1n);
    expect(readInt64(view, 0)).toBe(2 ** 63);
    view.setBigInt64(0, -(2n ** 63n));
    expect(readInt64(view, 0)).toBe(-(2 ** 63));
  });

  test('an offset is exact or refused', () => {
    view.setBigInt64(0, 2n ** 53n - 1n);
    expect(readOffset(view, 0)).toBe(2 ** 53 - 1);
    for (const bad of [2n ** 53n, 2n ** 53n + 1n, -1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      view.setBigInt64(0, bad);
      expect(() => readOffset(view, 0)).toThrow(
        expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', message: expect.stringContaining(String(bad)) }),
      );
    }
  });
});
