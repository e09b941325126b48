import { describe, expect, test } from 'vitest';
import { native } from '#millrace/native.js';
import { random, thrownBy } from './support.ts';

function offsetIndex(entries: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(entries.length * 8);
  entries.forEach(([offset, position], slot) => {
    bytes.writeUInt32BE(offset, slot * 8);
    bytes.writeUInt32BE(position, slot * 8 + 4);
  });
  return bytes;
}

function timeIndex(entries: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(entries.length * 12);
  entries.forEach(([timestamp, offset], slot) => {
    bytes.writeBigInt64BE(BigInt(timestamp), slot * 12);
    bytes.writeUInt32BE(offset, slot * 12 + 8);
  });
  return bytes;
}

describe('index search', () => {
  test('finds the last entry at or below the target', () => {
    const index = offsetIndex([
      [5, 0],
      [10, 4096],
      [0xfffffffe, 0xffffffff],
    ]);
    expect(
      [4, 5, 9, 10, 11, 0xfffffffd, 0xfffffffe, 2 ** 40].map((target) => native.searchOffsetIndex(index, 3, target)),
    ).toEqual([-1, 0, 0, 1, 1, 1, 2, 2]);
    expect([-1, 0, 4095, 4096, 0xffffffff].map((target) => native.searchPositionIndex(index, 3, target))).toEqual([
      -1, 0, 0, 1, 2,
    ]);
    const times = timeIndex([
      [-1, 0],
      [1_700_000_000_000, 3],
      [1_700_000_000_000, 9],
    ]);
    expect(
      [-2, -1, 1_699_999_999_999, 1_700_000_000_000].map((target) => native.searchTimeIndex(times, 3, target)),
    ).toEqual([-1, 0, 0, 2]);
  });

  test('looks at no more than `count` entries', () => {
    const index = offsetIndex([
      [5, 0],
      [10, 4096],
      [0, 0],
    ]); // the last is room that was reserved
    expect(native.searchOffsetIndex(index, 2, 100)).toBe(1);
    expect(native.searchOffsetIndex(index, 0, 100)).toBe(-1);
    expect(native.searchTimeIndex(new Uint8Array(0), 0, 100)).toBe(-1);
  });

  test('agrees with a search from end to end', () => {
    const below = random();
    for (let i = 0; i < 100; i++) {
      const keys = Array.from({ length: below(50) }, () => below(60)).sort((a, b) => a - b);
      const entries = keys.map((key) => [key, key] as const);
      for (let target = -1; target < 61; target += 1 + below(5)) {
        const expected = keys.findLastIndex((key) => key <= target);
        expect(native.searchOffsetIndex(offsetIndex(entries), keys.length, target)).toBe(expected);
        expect(native.searchPositionIndex(offsetIndex(entries), keys.length, target)).toBe(expected);
        expect(native.searchTimeIndex(timeIndex(entries), keys.length, target)).toBe(expected);
      }
    }
  });

  test('refuses wrong arguments', () => {
    const index = new Uint8Array(24);
    expect(thrownBy(() => native.searchOffsetIndex(index, 4, 0))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => native.searchPositionIndex(index, 4, 0))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => native.searchTimeIndex(index, 3, 0))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => native.searchTimeIndex(index, -1, 0))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => native.searchOffsetIndex(index, 1, NaN))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => native.searchOffsetIndex(index, 1, 2 ** 60))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => native.searchOffsetIndex([] as never, 0, 0))).toBeInstanceOf(TypeError);
  });
});
