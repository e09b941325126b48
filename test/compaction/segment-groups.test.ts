import { expect, test } from 'vitest';
import { type GroupedSegment, groupSegments } from '#millrace/compaction/segment-groups.js';

const bounds = { segmentBytes: 100, indexBytes: 80 };

function segment(baseOffset: number, endOffset: number, size = 10, indexBytes = 8): GroupedSegment {
  return { baseOffset, endOffset, size, offsetIndexBytes: indexBytes, timeIndexBytes: indexBytes };
}

function grouped(segments: readonly GroupedSegment[]): number[][] {
  return groupSegments(segments, bounds).map((group) => group.map(({ baseOffset }) => baseOffset));
}

test('neighbours that fit together are one group', () => {
  expect(grouped([])).toEqual([]);
  expect(grouped([segment(0, 10), segment(10, 20)])).toEqual([[0, 10]]);
  expect(grouped([segment(0, 10, 60), segment(10, 20, 40), segment(20, 30, 1)])).toEqual([[0, 10], [20]]);
  expect(grouped([segment(0, 10, 60), segment(10, 20, 41), segment(20, 30, 59)])).toEqual([[0], [10, 20]]);
  expect(grouped([segment(0, 10, 500), segment(10, 20, 500)])).toEqual([[0], [10]]);
});

test('the indexes must fit too, each by itself', () => {
  expect(grouped([segment(0, 10, 1, 40), segment(10, 20, 1, 40), segment(20, 30, 1, 1)])).toEqual([[0, 10], [20]]);
  const times = { ...segment(10, 20, 1, 0), timeIndexBytes: 80 };
  expect(grouped([segment(0, 10, 1, 0), times, segment(20, 30, 1, 1)])).toEqual([[0, 10], [20]]);
});

test('offsets must fit into 31 bits from the first one on; an empty segment has none', () => {
  const max = 2 ** 31 - 1;
  expect(grouped([segment(5, 6), segment(6, 5 + max + 1)])).toEqual([[5, 6]]);
  expect(grouped([segment(5, 6), segment(6, 5 + max + 2)])).toEqual([[5], [6]]);
  expect(grouped([segment(0, 1), segment(1, 2 ** 40, 0), segment(2 ** 40, 2 ** 40 + 1)])).toEqual([[0, 1], [2 ** 40]]);
});

test('a group is bounded in the number of its segments', () => {
  const many = Array.from({ length: 150 }, (_, i) => segment(i, i + 1, 0, 0));
  expect(groupSegments(many, bounds).map(({ length }) => length)).toEqual([64, 64, 22]);
});
