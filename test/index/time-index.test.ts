import { expect, test } from 'vitest';
import { TimeIndex } from '#millrace/index/time-index.js';

function indexOf(entries: readonly (readonly [number, number])[], baseOffset = 0): TimeIndex {
  const index = new TimeIndex(baseOffset);
  for (const [timestamp, offset] of entries) index.maybeAppend(timestamp, offset);
  return index;
}

const three: [number, number][] = [
  [1_700_000_000_000, 1005],
  [1_700_000_000_010, 1010],
  [1_700_000_000_500, 1020],
];

test('entries stand as Kafka lays them out: int64 timestamp, int32 relative offset', () => {
  const index = indexOf(three, 1000);
  const bytes = Buffer.from(index.bytes);
  expect(bytes.length).toBe(36);
  expect([bytes.readBigInt64BE(12), bytes.readInt32BE(20)]).toEqual([1_700_000_000_010n, 10]);
  const again = new TimeIndex(1000, bytes);
  expect([again.lastTimestamp, again.lastOffset, again.timestampAt(0), again.offsetAt(0)]).toEqual([
    1_700_000_000_500, 1020, 1_700_000_000_000, 1005,
  ]);
});

test('only a larger timestamp is news', () => {
  const index = indexOf([
    [10, 1],
    [10, 2],
    [9, 3],
    [-1, 4],
    [11, 5],
  ]);
  expect(index.count).toBe(2);
  expect([index.lastTimestamp, index.lastOffset]).toEqual([11, 5]);
  const zero = indexOf([[0, 3]]);
  expect([zero.count, zero.lastTimestamp]).toEqual([1, 0]);
});

test('an empty index knows no timestamp, and begins at the base offset', () => {
  const index = new TimeIndex(42);
  expect([index.lastTimestamp, index.lastOffset, index.offsetBefore(1e15), index.bytes.length]).toEqual([
    -1, 42, 42, 0,
  ]);
});

test('a lookup gives an offset before which nothing is as late', () => {
  const index = indexOf(three, 1000);
  const from = 1_700_000_000_000;
  expect(
    [from - 1, from, from + 9, from + 10, from + 499, from + 500, from + 9999].map((time) => index.offsetBefore(time)),
  ).toEqual([1000, 1005, 1005, 1010, 1010, 1020, 1020]);
  expect(index.offsetBefore(-1)).toBe(1000);
});

test('entries at or past an offset are dropped', () => {
  for (const [offset, left] of [
    [1000, 0],
    [1005, 0],
    [1006, 1],
    [1020, 2],
    [1021, 3],
  ]) {
    const index = indexOf(three, 1000);
    index.truncateToOffset(offset);
    expect(index.count).toBe(left);
  }
});

test('timestamps beyond 32 bits, up to the largest safe one', () => {
  const largest = Number.MAX_SAFE_INTEGER;
  const index = indexOf([
    [0xffff_ffff, 0],
    [0x1_0000_0000, 1],
    [largest, 2],
  ]);
  expect([0, 1, 2].map((slot) => index.timestampAt(slot))).toEqual([0xffff_ffff, 0x1_0000_0000, largest]);
  expect(index.offsetBefore(largest)).toBe(2);
  expect(index.offsetBefore(largest - 1)).toBe(1);
});

const entry = (timestamp: bigint, offset: number): string => {
  const bytes = Buffer.alloc(12);
  bytes.writeBigInt64BE(timestamp);
  bytes.writeInt32BE(offset, 8);
  return bytes.toString('hex');
};

test.each([
  ['whole', entry(5n, 1) + entry(9n, 1) + entry(10n, 4), 3],
  ['torn inside an entry', `${entry(5n, 1)}0000`, 1],
  ['padded with zeros', entry(5n, 1) + entry(0n, 0).repeat(3), 1],
  ['zeros', entry(0n, 0).repeat(3), 0],
  ['timestamp 0 past the base offset', entry(0n, 3), 1],
  ['a timestamp that falls', entry(5n, 1) + entry(4n, 2), 1],
  ['an offset that falls', entry(5n, 3) + entry(6n, 2), 1],
  ['a negative timestamp', entry(-5n, 1), 0],
  ['a timestamp that is none', entry(1n << 60n, 1), 0],
  ['nothing', '', 0],
])('plausible entries of a file: %s', (_, hex, count) => {
  expect(TimeIndex.plausibleEntries(Buffer.from(hex, 'hex'))).toBe(count);
});
