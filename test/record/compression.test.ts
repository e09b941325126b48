import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLevel, compress, decompress } from '#millrace/record/compression.js';
import { check, codecs, codeOf } from './random.ts';

const real = codecs.filter((codec) => codec !== 'none');
const content = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3000 }),
  // Blocks and frames have edges at 32 and 64 KiB.
  fc
    .tuple(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 0, max: 255 }))
    .map(([size, step]) => Buffer.alloc(size).map((_, i) => (i * step) >> 3)),
);

const CODES = ['ERR_MILLRACE_CORRUPT', 'ERR_MILLRACE_TOO_LARGE'];

describe.each(real)('%s', (codec) => {
  test('any bytes come back, within a bound that just suffices', () => {
    check(
      fc.property(content, (bytes) => {
        const packed = compress(codec, bytes);
        expect(Buffer.compare(decompress(codec, packed, bytes.length), bytes)).toBe(0);
        expect(codeOf(() => decompress(codec, packed, bytes.length - 1))).toBe('ERR_MILLRACE_TOO_LARGE');
      }),
    );
  });

  test('bytes may stand anywhere in a buffer', () => {
    const bytes = Buffer.from('--some text that repeats, some text that repeats--').subarray(2, -2);
    const packed = Buffer.concat([Buffer.alloc(3), compress(codec, bytes), Buffer.alloc(3)]).subarray(3, -3);
    expect(
      Buffer.from(decompress(codec, new Uint8Array(packed.buffer, packed.byteOffset, packed.length), 1000)),
    ).toEqual(bytes);
  });

  test('cut short anywhere, it is corruption', () => {
    const packed = compress(codec, Buffer.from('some text that repeats, some text that repeats'.repeat(9)));
    for (let size = 0; size < packed.length; size++) {
      // A xerial stream has no end mark: cut behind its header it is the stream of no bytes.
      const outcome = codec === 'snappy' && size === 16 ? Buffer.alloc(0) : 'ERR_MILLRACE_CORRUPT';
      expect([size, codeOf(() => decompress(codec, packed.subarray(0, size), 1000))]).toEqual([size, outcome]);
    }
  });

  test('any change gives the bound or less, or one of two errors', () => {
    const packed = compress(codec, Buffer.from('some text that repeats, some text that repeats'.repeat(9)));
    check(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.nat(255), (position, value, next) => {
        const changed = Buffer.from(packed);
        changed[position] = value;
        changed[Math.min(position + 1, packed.length - 1)] = next;
        const outcome = codeOf(() => decompress(codec, changed, 1000));
        if (outcome instanceof Uint8Array) expect(outcome.length).toBeLessThanOrEqual(1000);
        else expect(CODES).toContain(outcome);
      }),
      400,
    );
  });

  test('random bytes are refused', () => {
    check(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const outcome = codeOf(() => decompress(codec, bytes, 1000));
        if (!(outcome instanceof Uint8Array)) expect(CODES).toContain(outcome);
        else expect(codec).toBe('snappy');
      }),
      200,
    );
  });

  test('a bomb is refused by its bound', () => {
    const bomb = compress(codec, Buffer.alloc(20_000_000));
    expect(bomb.length).toBeLessThan(1_000_000);
    expect(codeOf(() => decompress(codec, bomb, 1_000_000))).toBe('ERR_MILLRACE_TOO_LARGE');
    expect(decompress(codec, bomb, 20_000_000)).toHaveLength(20_000_000);
  });
});

describe('levels', () => {
  test.each([
    ['gzip', 1],
    ['gzip', 9],
    ['zstd', 22],
    ['zstd', -131_072],
    ['lz4', undefined],
    ['none', undefined],
  ] as const)('%s has level %d', (codec, level) => {
    expect(codeOf(() => checkLevel(codec, level))).toBeUndefined();
  });

  test.each([
    ['gzip', 0],
    ['gzip', 10],
    ['gzip', 1.5],
    ['zstd', 23],
    ['lz4', 1],
    ['snappy', 1],
    ['none', 1],
  ] as const)('%s has no level %d', (codec, level) => {
    expect(codeOf(() => compress(codec, Buffer.alloc(1), level))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  });

  test('a higher level packs tighter', () => {
    const text = Buffer.from(Array.from({ length: 3000 }, (_, i) => `${i * i}`).join());
    expect(compress('gzip', text, 9).length).toBeLessThan(compress('gzip', text, 1).length);
  });
});

test('none is left as it is', () => {
  const bytes = Buffer.from('abc');
  expect(compress('none', bytes)).toBe(bytes);
  expect(decompress('none', bytes, 3)).toBe(bytes);
  expect(codeOf(() => decompress('none', bytes, 2))).toBe('ERR_MILLRACE_TOO_LARGE');
});
