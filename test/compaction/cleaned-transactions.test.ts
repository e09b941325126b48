import { expect, test } from 'vitest';
import { CleanedTransactions, transactionsFrom } from '#millrace/compaction/cleaned-transactions.js';
import type { AbortedTransaction } from '#millrace/index/transaction-index.js';

const abort = (producerId: number, firstOffset: number, lastOffset: number): AbortedTransaction => ({
  producerId,
  firstOffset,
  lastOffset,
  lastStableOffset: lastOffset + 1,
});

function walk(aborted: AbortedTransaction[], from = 0) {
  const ended: AbortedTransaction[] = [];
  const transactions = new CleanedTransactions(transactionsFrom(aborted, from), (each) => ended.push(each));
  return { transactions, ended };
}

test('data of an aborted transaction goes; its marker and its entry stay while data was met', () => {
  const { transactions, ended } = walk([abort(1, 10, 20)]);
  expect(transactions.isAborted(1, true, 5)).toBe(false);
  expect(transactions.isOver(1, 'commit', 6)).toBe(false);
  expect(transactions.isAborted(1, true, 12)).toBe(true);
  expect(transactions.isAborted(2, true, 13)).toBe(false);
  expect(transactions.isAborted(1, false, 14)).toBe(false);
  expect(transactions.isOver(1, 'abort', 20)).toBe(false);
  expect(ended).toEqual([abort(1, 10, 20)]);
  expect(transactions.isAborted(1, true, 21)).toBe(false);
});

test('a marker is over when nothing of its transaction is left before it', () => {
  const { transactions, ended } = walk([abort(1, 10, 20)]);
  expect(transactions.isOver(1, 'abort', 20)).toBe(true);
  expect(transactions.isOver(2, 'commit', 21)).toBe(true);
  expect(transactions.isAborted(2, true, 22)).toBe(false);
  expect(transactions.isOver(2, 'commit', 23)).toBe(false);
  expect(transactions.isOver(2, 'commit', 24)).toBe(true);
  expect(transactions.isOver(3, 'other', 25)).toBe(false);
  expect(transactions.isOver(3, null, 26)).toBe(true);
  expect(ended).toEqual([]);
});

test('one producer after another: aborted, committed, aborted', () => {
  const { transactions } = walk([abort(1, 30, 40), abort(1, 0, 10)]);
  expect(transactions.isAborted(1, true, 3)).toBe(true);
  expect(transactions.isOver(1, 'abort', 10)).toBe(false);
  expect(transactions.isAborted(1, true, 15)).toBe(false);
  expect(transactions.isOver(1, 'commit', 20)).toBe(false);
  expect(transactions.isAborted(1, true, 30)).toBe(true);
  expect(transactions.isOver(1, 'abort', 40)).toBe(false);
});

test('a walk that begins later does not take old aborts for those of later data', () => {
  const { transactions } = walk([abort(1, 0, 10), abort(2, 5, 60)], 50);
  expect(transactions.isAborted(1, true, 55)).toBe(false);
  expect(transactions.isAborted(2, true, 56)).toBe(true);
});

test('the state between two pieces is plain data, and goes on where it stopped', () => {
  const first = walk([abort(1, 0, 30), abort(3, 40, 50)]).transactions;
  first.isAborted(1, true, 5);
  first.isAborted(2, true, 6);
  const second = new CleanedTransactions(structuredClone(first.state));
  expect(second.isAborted(1, true, 20)).toBe(true);
  expect(second.isOver(2, 'commit', 21)).toBe(false);
  expect(second.isOver(1, 'abort', 30)).toBe(false);
  expect(second.isAborted(3, true, 45)).toBe(true);
  // The first one is not changed by what the second does.
  expect(first.isOver(1, 'abort', 30)).toBe(false);
});
