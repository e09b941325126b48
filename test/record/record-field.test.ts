import { describe, expect, test } from 'vitest';
import { fieldLength, writeField } from '#millrace/record/record-field.js';
import { bytesOf } from './random.ts';

describe('a length-prefixed field', () => {
  test.each([
    [null, -1, '01'],
    [undefined, -1, '01'],
    ['', 0, '00'],
    [new Uint8Array(0), 0, '00'],
    ['aé', 3, '06 61 c3 a9'],
    [Uint8Array.of(1, 2), 2, '04 01 02'],
  ])('%o has length %d and is written as %s', (value, length, dump) => {
    expect(fieldLength(value, 'key', 0)).toBe(length);
    const bytes = Buffer.alloc(8, 0xee);
    const end = writeField(bytes, 1, value, length);
    expect(bytes.subarray(1, end)).toEqual(bytesOf(dump));
    expect(bytes[end]).toBe(0xee);
  });

  test.each([7, true, {}, [1], new Uint16Array(2), new ArrayBuffer(2), Symbol('s')])('%o is refused', (value) => {
    expect(() => fieldLength(value as never, 'key', 12)).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_INVALID_ARGUMENT',
        message: expect.stringMatching(/^records\[12\]\.key must be a Uint8Array, a string or null, got /),
      }),
    );
  });
});
