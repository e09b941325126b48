import { describe, expect, test } from 'vitest';
import { compressSnappy, decompressSnappy } from '#millrace/record/snappy.js';
import { bytesOf, codeOf } from './random.ts';

/** One raw block by hand: inflated size 34, literal "a", then a copy of 33 bytes from one byte back. */
const raw = bytesOf('22 | 00 61 | 82 01 00');
const header = bytesOf('82 53 4e 41 50 50 59 00 | 00 00 00 01 | 00 00 00 01');
const stream = Buffer.concat([header, bytesOf('00 00 00 06'), raw]);

describe('snappy as Kafka has it', () => {
  test('is written as a xerial stream', () => {
    expect(Buffer.from(compressSnappy(Buffer.from('a'.repeat(34))))).toEqual(stream);
  });

  test('is cut into blocks of 32 KiB', () => {
    const packed = Buffer.from(compressSnappy(Buffer.alloc(70_000)));
    const sizes: number[] = [];
    let position = header.length;
    while (position < packed.length) {
      const block = packed.subarray(position + 4, position + 4 + packed.readInt32BE(position));
      sizes.push(decompressSnappy(block, 40_000).length);
      position += 4 + block.length;
    }
    expect(sizes).toEqual([32_768, 32_768, 70_000 - 65_536]);
  });

  test.each([
    ['a stream', stream],
    ['a raw block', raw],
    [
      'a stream of another version',
      Buffer.concat([header.subarray(0, 8), bytesOf('00000002 00000002'), stream.subarray(16)]),
    ],
  ])('%s is read', (_, packed) => {
    expect(Buffer.from(decompressSnappy(packed, 34)).toString()).toBe('a'.repeat(34));
    expect(codeOf(() => decompressSnappy(packed, 33))).toBe('ERR_MILLRACE_TOO_LARGE');
  });

  test('streams one after another are one content', () => {
    expect(decompressSnappy(Buffer.concat([stream, stream]), 68)).toHaveLength(68);
    expect(codeOf(() => decompressSnappy(Buffer.concat([stream, stream]), 67))).toBe('ERR_MILLRACE_TOO_LARGE');
  });

  test('a size that no such block can inflate to is refused before memory is taken', () => {
    const liar = bytesOf('80 80 80 80 01 | 00 61 | 82 01 00');
    const before = process.memoryUsage().arrayBuffers;
    expect(codeOf(() => decompressSnappy(liar, 2 ** 30))).toBe('ERR_MILLRACE_CORRUPT');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test.each([
    ['no bytes', ''],
    ['a size without end', 'ff ff ff ff ff ff'],
    ['a block of no bytes', '82534e4150505900 00000001 00000001 | 00000000'],
    ['a block of negative size', '82534e4150505900 00000001 00000001 | ffffffff 00'],
    ['a block beyond the end', '82534e4150505900 00000001 00000001 | 00000007 220061820100'],
  ])('%s is corruption', (_, dump) => {
    expect(codeOf(() => decompressSnappy(bytesOf(dump), 1000))).toBe('ERR_MILLRACE_CORRUPT');
  });
});
