import { expect, test } from 'vitest';
import { isIdle, isPrepared, mayFollow, transactionStates } from '#millrace/transaction/transaction-state.js';

test('states have Kafka’s numbers', () => {
  expect(transactionStates.indexOf('Empty')).toBe(0);
  expect(transactionStates.indexOf('CompleteAbort')).toBe(5);
  expect(transactionStates.indexOf('PrepareEpochFence')).toBe(7);
});

test('which may follow which', () => {
  const followers = Object.fromEntries(
    transactionStates.map((state) => [state, transactionStates.filter((next) => mayFollow(state, next))]),
  );
  const idle = ['Empty', 'Ongoing', 'PrepareAbort', 'Dead'];
  expect(followers).toEqual({
    Empty: idle,
    Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence'],
    PrepareCommit: ['CompleteCommit'],
    PrepareAbort: ['CompleteAbort'],
    CompleteCommit: idle,
    CompleteAbort: idle,
    Dead: [],
    PrepareEpochFence: ['PrepareAbort'],
  });
});

test('each state is idle, open or decided, or passing', () => {
  expect(transactionStates.filter(isIdle)).toEqual(['Empty', 'CompleteCommit', 'CompleteAbort']);
  expect(transactionStates.filter(isPrepared)).toEqual(['PrepareCommit', 'PrepareAbort']);
});
