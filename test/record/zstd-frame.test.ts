import { describe, expect, test } from 'vitest';
import { zstdFrames } from '#millrace/record/zstd-frame.js';
import { bytesOf, codeOf } from './random.ts';

const outcome = (dump: string, maxBytes = 1000): unknown => codeOf(() => zstdFrames(bytesOf(dump), maxBytes));

describe('zstd frames', () => {
  test.each([
    ['no content size, a checksum', '28b52ffd 04 58 | 290000 68656c6c6f | a36d9f88'],
    ['a single segment, size in one byte', '28b52ffd 20 05 | 290000 68656c6c6f'],
    ['a size in two bytes, counted from 256', '28b52ffd 60 0000 | 030800 61'],
    ['a size in four bytes', '28b52ffd a0 05000000 | 290000 68656c6c6f'],
    ['a size in eight bytes', '28b52ffd e0 0500000000000000 | 290000 68656c6c6f'],
    ['a dictionary id of 0', '28b52ffd 21 00 05 | 290000 68656c6c6f'],
    ['two blocks', '28b52ffd 00 00 | 100000 6868 | 0b0000 61'],
    ['a frame to skip', '502a4d18 02000000 0102'],
  ])('%s', (_, dump) => {
    expect(outcome(dump)).toBeInstanceOf(Array);
    const bytes = bytesOf(dump);
    for (let size = 0; size < bytes.length; size++) {
      expect(codeOf(() => zstdFrames(bytes.subarray(0, size), 1000))).toBe('ERR_MILLRACE_CORRUPT');
    }
  });

  test.each([
    ['another magic', '29b52ffd 20 05 | 290000 68656c6c6f'],
    ['a reserved bit', '28b52ffd 28 05 | 290000 68656c6c6f'],
    ['a dictionary', '28b52ffd 21 07 05 | 290000 68656c6c6f'],
    ['a reserved kind of block', '28b52ffd 20 05 | 2f0000 68656c6c6f'],
    ['a block above 128 KiB', '28b52ffd 20 05 | 0b0010 61'],
    ['bytes behind the frame', '28b52ffd 20 05 | 290000 68656c6c6f | 00'],
  ])('%s is corruption', (_, dump) => {
    expect(outcome(dump)).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('frames are cut apart, and those to skip left out', () => {
    const frame = '28b52ffd 20 05 | 290000 68656c6c6f';
    const cut = zstdFrames(bytesOf(`${frame} 502a4d18 02000000 0102 ${frame}`), 10);
    expect(cut.map((bytes) => Buffer.from(bytes))).toEqual([bytesOf(frame), bytesOf(frame)]);
  });

  test('the memory that a frame asks for is bounded', () => {
    // A content size of 2^63; a window of 2^41; sizes of several frames together.
    expect(outcome('28b52ffd e0 0000000000000080 | 290000 68656c6c6f')).toBe('ERR_MILLRACE_TOO_LARGE');
    expect(outcome('28b52ffd 00 f8 | 290000 68656c6c6f')).toBe('ERR_MILLRACE_TOO_LARGE');
    const frame = '28b52ffd 20 05 | 290000 68656c6c6f';
    expect(outcome(frame.repeat(2), 10)).toBeInstanceOf(Array);
    expect(outcome(frame.repeat(2), 9)).toBe('ERR_MILLRACE_TOO_LARGE');
    // What blocks say without being inflated.
    expect(outcome('28b52ffd 00 00 | 290000 68656c6c6f', 4)).toBe('ERR_MILLRACE_TOO_LARGE');
  });

  test('a window of 8 MiB is allowed under any bound: encoders choose it for small data too', () => {
    expect(outcome('28b52ffd 00 68 | 290000 68656c6c6f', 5)).toBeInstanceOf(Array);
    expect(outcome('28b52ffd 00 69 | 290000 68656c6c6f', 5)).toBe('ERR_MILLRACE_TOO_LARGE');
  });
});
