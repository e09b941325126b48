import { describe, expect, test } from 'vitest';
import * as zlib from 'node:zlib';
import { canCompressZstd, compressZstd, decompressZstd, inflateByFzstd } from '#millrace/record/zstd.js';
import { bytesOf, codeOf } from './random.ts';

/** By the `zstd` program: 300,000 zeros, streamed, so that the frame does not say how large they are. */
const zeros = bytesOf('28b52ffd04684c000008000100fcff39100202001000039f04002d28de26');
/** "hello", stored. */
const hello = bytesOf('28b52ffd 04 58 | 290000 68656c6c6f | a36d9f88');
const skippable = bytesOf('5a2a4d18 | 03000000 | aabbcc');

const ways = { 'the runtime or fzstd': decompressZstd, fzstd: inflateByFzstd };

describe.each(Object.entries(ways))('inflating by %s', (_, inflate) => {
  test('frames of any kind, within their bound', () => {
    expect(Buffer.from(inflate(hello, 5)).toString()).toBe('hello');
    expect(Buffer.from(inflate(zeros, 300_000)).equals(Buffer.alloc(300_000))).toBe(true);
    for (const [frame, size] of [
      [hello, 5],
      [zeros, 300_000],
    ] as const) {
      expect(codeOf(() => inflate(frame, size - 1))).toBe('ERR_MILLRACE_TOO_LARGE');
    }
  });

  test('frames one after another, with skippable ones between', () => {
    expect(Buffer.from(inflate(Buffer.concat([hello, skippable, hello]), 10)).toString()).toBe('hellohello');
    expect(codeOf(() => inflate(Buffer.concat([hello, hello]), 9))).toBe('ERR_MILLRACE_TOO_LARGE');
  });
});

describe('bombs', () => {
  test('a frame that claims much is refused before memory is taken', () => {
    // Content size 2^31 - 1 in one segment; then one repeated byte of 128 KiB.
    const claims = bytesOf('28b52ffd a0 ffffff7f | 030010 00');
    const before = process.memoryUsage().arrayBuffers;
    expect(codeOf(() => decompressZstd(claims, 2 ** 28))).toBe('ERR_MILLRACE_TOO_LARGE');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test('a frame that claims nothing and repeats one byte a hundred times is refused', () => {
    const repeat = Buffer.concat([
      bytesOf('28b52ffd 00 58'),
      ...Array<Buffer>(99).fill(bytesOf('020010 61')),
      bytesOf('030010 61'),
    ]);
    expect(codeOf(() => decompressZstd(repeat, 2 ** 20))).toBe('ERR_MILLRACE_TOO_LARGE');
    expect(decompressZstd(repeat, 2 ** 24)).toHaveLength(100 * 2 ** 17);
  });
});

test('compressing needs a runtime that can', () => {
  expect(canCompressZstd()).toBe('zstdCompressSync' in zlib);
  const outcome = codeOf(() => compressZstd(Buffer.from('hello hello hello')));
  if (canCompressZstd())
    expect(Buffer.from(decompressZstd(outcome as Uint8Array, 17)).toString()).toBe('hello hello hello');
  else expect(outcome).toBe('ERR_MILLRACE_UNSUPPORTED');
});
