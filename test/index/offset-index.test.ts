import { expect, test } from 'vitest';
import { OffsetIndex } from '#millrace/index/offset-index.js';
import { Random, seedsOf } from '../support/random.ts';

function indexOf(entries: readonly (readonly [number, number])[], baseOffset = 0): OffsetIndex {
  const index = new OffsetIndex(baseOffset);
  for (const [offset, position] of entries) index.append(offset, position);
  return index;
}

const three: [number, number][] = [
  [1005, 100],
  [1010, 250],
  [1020, 900],
];

test('entries stand as Kafka lays them out: relative offset and position, big-endian', () => {
  const index = indexOf(three, 1000);
  expect(Buffer.from(index.bytes).toString('hex')).toBe('00000005000000640000000a000000fa0000001400000384');
  const again = new OffsetIndex(1000, index.bytes);
  expect([again.count, again.offsetAt(2), again.positionAt(2), again.unpersisted]).toEqual([3, 1020, 900, 0]);
});

test('a walk for an offset begins at the last entry at or before it', () => {
  const index = indexOf(three, 1000);
  expect([0, 1004, 1005, 1009, 1010, 1019, 1020, 5000, 2 ** 40].map((offset) => index.positionBefore(offset))).toEqual([
    0, 0, 100, 100, 250, 250, 900, 900, 900,
  ]);
  expect(new OffsetIndex(7).positionBefore(100)).toBe(0);
});

test('the last indexed position at or before a position', () => {
  const index = indexOf(three, 1000);
  expect([0, 99, 100, 249, 250, 899, 900, 1 << 30].map((position) => index.floorPosition(position))).toEqual([
    0, 0, 100, 100, 250, 250, 900, 900,
  ]);
});

test('entries at or past a position are dropped', () => {
  for (const [position, left] of [
    [0, 0],
    [100, 0],
    [101, 1],
    [250, 1],
    [900, 2],
    [901, 3],
  ]) {
    const index = indexOf(three, 1000);
    index.truncateToPosition(position);
    expect(index.count).toBe(left);
    index.append(1030, 5000);
    expect(index.offsetAt(left)).toBe(1030);
  }
});

test('positions and relative offsets up to 32 bits', () => {
  const index = indexOf([[0x7fff_ffff, 0x7fff_fff0]]);
  expect([index.offsetAt(0), index.positionAt(0)]).toEqual([0x7fff_ffff, 0x7fff_fff0]);
  expect(index.positionBefore(0x7fff_ffff)).toBe(0x7fff_fff0);
});

test('lookups agree with a list, for random indexes', () => {
  for (const seed of seedsOf(50)) {
    const random = new Random(seed);
    const entries: [number, number][] = [];
    let [offset, position] = [500, 0];
    for (let i = random.between(0, 60); i > 0; i--)
      entries.push([(offset += random.between(1, 9)), (position += random.between(61, 5000))]);
    const index = indexOf(entries, 500);
    for (let i = 0; i < 50; i++) {
      const asked = random.between(490, offset + 20);
      const expected = entries.findLast((entry) => entry[0] <= asked)?.[1] ?? 0;
      expect(index.positionBefore(asked), `seed ${seed}`).toBe(expected);
    }
  }
});

test.each([
  ['whole', '00000005000000640000000a000000fa', 2],
  ['torn inside an entry', '00000005000000640000000a0000', 1],
  ['padded with zeros', '00000005000000640000000000000000'.repeat(3), 1],
  ['zeros', '0000000000000000'.repeat(3), 0],
  ['an offset that falls', '000000050000006400000004000000fa', 1],
  ['an offset that repeats', '000000050000006400000005000000fa', 1],
  ['a position that falls', '00000005000000640000000a00000064', 1],
  ['a position past the log', '00000005000000640000000a000003e8', 1],
  ['nothing', '', 0],
])('plausible entries of a file: %s', (_, hex, count) => {
  expect(OffsetIndex.plausibleEntries(Buffer.from(hex, 'hex'), 1000)).toBe(count);
});
