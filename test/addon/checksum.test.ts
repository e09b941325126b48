import { describe, expect, test } from 'vitest';
import { native } from '#millrace/native.js';
import { random, thrownBy } from './support.ts';

const kinds = ['sse4.2+pclmul', 'armv8', 'table'].filter((kind) => {
  try {
    native.crc32cWith(kind, new Uint8Array(0), 0, 0);
    return true;
  } catch {
    return false; // not on this processor
  }
});

// RFC 3720, appendix B.4, and the check value of the catalogues.
const known: [string, Uint8Array, number][] = [
  ['digits', Buffer.from('123456789'), 0xe3069283],
  ['zeros', new Uint8Array(32), 0x8a9136aa],
  ['ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['rising', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['nothing', new Uint8Array(0), 0],
];

describe('crc32c', () => {
  test.each(known)('knows %s', (_name, bytes, checksum) => {
    expect(native.crc32c(bytes, 0, bytes.length)).toBe(checksum);
    for (const kind of kinds) expect(native.crc32cWith(kind, bytes, 0, bytes.length)).toBe(checksum);
  });

  test('offers the chosen kind and the table by name', () => {
    expect(kinds).toContain(native.crc32cKind);
    expect(kinds).toContain('table');
  });

  test('all kinds agree on any size and alignment', () => {
    const below = random();
    const bytes = Uint8Array.from({ length: 70_000 }, () => below(256));
    for (let i = 0; i < 500; i++) {
      const start = below(bytes.length);
      const end = start + below(Math.min(bytes.length - start, i % 2 === 0 ? 300 : 1e9) + 1);
      const expected = native.crc32cWith('table', bytes, start, end);
      for (const kind of kinds) expect(native.crc32cWith(kind, bytes, start, end)).toBe(expected);
      expect(native.crc32c(bytes.subarray(start, end), 0, end - start)).toBe(expected);
    }
  });

  test('refuses what is not bytes or not within them', () => {
    const bytes = new Uint8Array(10);
    const call = native.crc32c as (...values: unknown[]) => number;
    for (const wrong of [
      undefined,
      null,
      'abc',
      [1, 2],
      new ArrayBuffer(4),
      new Uint16Array(4),
      new DataView(new ArrayBuffer(4)),
    ]) {
      expect(thrownBy(() => call(wrong, 0, 0))).toBeInstanceOf(TypeError);
    }
    expect(thrownBy(() => call(bytes))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(bytes, '0', 1))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(bytes, 0, 1n))).toBeInstanceOf(TypeError);
    for (const [start, end] of [
      [0, 11],
      [-1, 5],
      [5, 4],
      [0.5, 3],
      [0, 3.5],
      [NaN, 3],
      [0, Infinity],
      [11, 11],
      [0, 2 ** 53],
    ]) {
      expect(thrownBy(() => call(bytes, start, end))).toBeInstanceOf(RangeError);
    }
    expect(thrownBy(() => call(bytes, 0, 11)).message).toBe('end must be an integer from 0 to 10, got 11');
    expect(thrownBy(() => native.crc32cWith('md5', bytes, 0, 1))).toBeInstanceOf(RangeError);
  });
});
