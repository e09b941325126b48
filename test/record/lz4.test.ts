import { describe, expect, test } from 'vitest';
import { compressLz4, decompressLz4 } from '#millrace/record/lz4.js';
import { bytesOf, codeOf } from './random.ts';

/** 70,000 times "a" by the `lz4` program: blocks that depend on one another, all checksums, content size. */
const linked = bytesOf(
  '04224d185c407011010000000000e30b0100001f610100ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe7506161616161a5bc00761b0000000f0400ffffffffffffffffffffffffffffffffff69506161616161b0406027000000003d658117',
);
/** The same with independent blocks and no checksums: the framing of Kafka. */
const independent = bytesOf(
  '04224d186040820b0100001f610100ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe75061616161611c0000001f610100ffffffffffffffffffffffffffffffffff6850616161616100000000',
);

describe('lz4 as Kafka has it', () => {
  test('is framed as Kafka frames it', () => {
    const packed = Buffer.from(compressLz4(Buffer.from('a'.repeat(70_000))));
    expect(packed.subarray(0, 7)).toEqual(independent.subarray(0, 7));
    expect(packed.subarray(-4)).toEqual(Buffer.alloc(4));
    let position = 7;
    let blocks = 0;
    for (let size = packed.readUInt32LE(position); size !== 0; size = packed.readUInt32LE(position)) {
      position += 4 + (size & 0x7fff_ffff);
      blocks++;
    }
    expect([blocks, position]).toEqual([2, packed.length - 4]);
  });

  test('what does not shrink is stored', () => {
    expect(Buffer.from(compressLz4(bytesOf('01 02 03 04 05')))).toEqual(
      bytesOf('04 22 4d 18 60 40 82 | 05 00 00 80 | 01 02 03 04 05 | 00 00 00 00'),
    );
  });

  test.each([
    ['dependent blocks with checksums', linked],
    ['independent blocks without', independent],
    ['what follows the frame is not looked at, as in Kafka', Buffer.concat([independent, Buffer.from('junk')])],
  ])('%s', (_, packed) => {
    expect(Buffer.from(decompressLz4(packed, 70_000)).equals(Buffer.alloc(70_000, 'a'))).toBe(true);
    expect(codeOf(() => decompressLz4(packed, 69_999))).toBe('ERR_MILLRACE_TOO_LARGE');
  });

  test.each([
    ['no bytes', ''],
    ['another magic', '05 22 4d 18 60 40 82 | 00 00 00 00'],
    ['another version', '04 22 4d 18 a0 40 82 | 00 00 00 00'],
    ['a dictionary', '04 22 4d 18 61 40 00 | 00 00 00 00 | 00 00 00 00'],
    ['a block size that does not exist', '04 22 4d 18 60 30 82 | 00 00 00 00'],
    ['no end mark', '04 22 4d 18 60 40 82'],
    ['a block above its largest size', '04 22 4d 18 60 40 82 | 01 00 01 80 | 00 00 00 00'],
    ['a block beyond the end', '04 22 4d 18 60 40 82 | 09 00 00 80 | 01 02'],
    ['no content checksum', '04 22 4d 18 64 40 a7 | 00 00 00 00'],
  ])('%s is corruption', (_, dump) => {
    expect(codeOf(() => decompressLz4(bytesOf(dump), 1000))).toBe('ERR_MILLRACE_CORRUPT');
  });
});
