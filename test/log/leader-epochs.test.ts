import { expect, test } from 'vitest';
import { LeaderEpochs } from '#millrace/log/leader-epochs.js';

function epochs(...entries: [number, number][]): LeaderEpochs {
  return new LeaderEpochs(entries.map(([epoch, startOffset]) => ({ epoch, startOffset })));
}

const pairs = (of: LeaderEpochs): number[][] => of.entries.map(({ epoch, startOffset }) => [epoch, startOffset]);

test('an epoch is recorded where it begins, once', () => {
  const of = epochs();
  expect(of.latest).toBe(-1);
  of.assign(2, 10);
  of.assign(2, 15);
  of.assign(5, 20);
  expect(pairs(of)).toEqual([
    [2, 10],
    [5, 20],
  ]);
  expect([of.latest, of.version]).toEqual([5, 2]);
});

test('a new entry removes those that contradict it: both columns increase strictly', () => {
  const start: [number, number][] = [
    [1, 0],
    [3, 10],
    [6, 20],
  ];
  for (const [epoch, startOffset, left] of [
    [
      7,
      20,
      [
        [1, 0],
        [3, 10],
        [7, 20],
      ],
    ],
    [
      7,
      5,
      [
        [1, 0],
        [7, 5],
      ],
    ],
    [
      4,
      30,
      [
        [1, 0],
        [3, 10],
        [4, 30],
      ],
    ],
    [2, 0, [[2, 0]]],
    [
      6,
      15,
      [
        [1, 0],
        [3, 10],
        [6, 15],
      ],
    ],
  ] as [number, number, number[][]][]) {
    const of = epochs(...start);
    of.assign(epoch, startOffset);
    expect(pairs(of)).toEqual(left);
  }
});

test('the epoch of a record is that of the last entry at or before it', () => {
  const of = epochs([2, 10], [5, 20]);
  expect([0, 9, 10, 19, 20, 1000].map((offset) => of.epochAt(offset))).toEqual([-1, -1, 2, 2, 5, 5]);
});

test('OffsetForLeaderEpoch: the largest epoch at most the asked one, and its end (KIP-101, KIP-279)', () => {
  const of = epochs([2, 10], [5, 20], [9, 30]);
  const ask = (epoch: number): number[] => {
    const answer = of.endOffsetFor(epoch, 42);
    return [answer.epoch, answer.endOffset];
  };
  // The latest one ends at the log's end.
  expect(ask(9)).toEqual([9, 42]);
  // A known one ends where the next begins.
  expect(ask(5)).toEqual([5, 30]);
  // One that the leader never had: the one before it, not the asked one.
  expect(ask(7)).toEqual([5, 30]);
  // Older than all: the asked one, which ends where the first known one begins.
  expect(ask(1)).toEqual([1, 10]);
  // Newer than all, and none at all: unknown.
  expect(ask(10)).toEqual([-1, -1]);
  expect(ask(-1)).toEqual([-1, -1]);
  expect(epochs().endOffsetFor(0, 42)).toEqual({ epoch: -1, endOffset: -1 });
});

test('cutting the end forgets the epochs that begin there or later', () => {
  const of = epochs([2, 10], [5, 20], [9, 30]);
  of.truncateFromEnd(31);
  expect(of.version).toBe(0);
  of.truncateFromEnd(30);
  expect(pairs(of)).toEqual([
    [2, 10],
    [5, 20],
  ]);
  of.truncateFromEnd(0);
  expect(pairs(of)).toEqual([]);
  expect(of.version).toBe(2);
});

test('cutting the beginning moves the epoch of the new start to there', () => {
  const of = epochs([2, 10], [5, 20], [9, 30]);
  of.truncateFromStart(5);
  of.truncateFromStart(10);
  expect(of.version).toBe(0);
  of.truncateFromStart(25);
  expect(pairs(of)).toEqual([
    [5, 25],
    [9, 30],
  ]);
  of.truncateFromStart(30);
  expect(pairs(of)).toEqual([[9, 30]]);
  of.truncateFromStart(100);
  expect(pairs(of)).toEqual([[9, 100]]);
});

test('restore takes other entries and counts as a change', () => {
  const of = epochs([2, 10]);
  of.restore([{ epoch: 4, startOffset: 3 }]);
  expect([pairs(of), of.version]).toEqual([[[4, 3]], 1]);
  of.restore([]);
  expect([pairs(of), of.latest]).toEqual([[], -1]);
});
