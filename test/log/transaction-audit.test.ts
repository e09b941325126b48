import { expect, test } from 'vitest';
import type { BatchHeader } from '#millrace/record/batch-header.js';
import { compareAborted, TransactionAudit } from '#millrace/log/transaction-audit.js';

interface Step {
  readonly producer: number;
  readonly at: number;
  readonly end?: 'abort' | 'commit';
}

function run(audit: TransactionAudit, steps: readonly Step[]): void {
  for (const { producer, at, end } of steps) {
    const header = {
      producerId: producer,
      baseOffset: at,
      lastOffset: at,
      isTransactional: true,
      isControl: end !== undefined,
    };
    audit.batch(header as BatchHeader, end ?? null);
  }
}

test('an aborted transaction is stable up to the first one that is still open', () => {
  const audit = new TransactionAudit();
  run(audit, [
    { producer: 1, at: 0 },
    { producer: 2, at: 3 },
    { producer: 1, at: 5 },
    { producer: 2, at: 7, end: 'abort' },
  ]);
  expect(audit.takeAborted()).toEqual([{ producerId: 2, firstOffset: 3, lastOffset: 7, lastStableOffset: 0 }]);
  run(audit, [
    { producer: 1, at: 8, end: 'abort' },
    { producer: 3, at: 9, end: 'abort' },
  ]);
  expect(audit.takeAborted()).toEqual([{ producerId: 1, firstOffset: 0, lastOffset: 8, lastStableOffset: 9 }]);
  run(audit, [
    { producer: 1, at: 10 },
    { producer: 1, at: 11, end: 'commit' },
  ]);
  expect(audit.takeAborted()).toEqual([]);
});

test('what was open before the log begins is known from a snapshot', () => {
  const entry = {
    producerEpoch: 0,
    lastSequence: 0,
    lastOffset: 4,
    offsetDelta: 0,
    lastTimestamp: 0,
    coordinatorEpoch: 0,
  };
  const audit = new TransactionAudit([
    { ...entry, producerId: 1, currentTransactionFirstOffset: 4 },
    { ...entry, producerId: 2, currentTransactionFirstOffset: -1 },
  ]);
  run(audit, [
    { producer: 1, at: 10, end: 'abort' },
    { producer: 2, at: 11, end: 'abort' },
  ]);
  expect(audit.takeAborted()).toEqual([{ producerId: 1, firstOffset: 4, lastOffset: 10, lastStableOffset: 11 }]);
});

test('an index that lags lacks the last entries only', () => {
  const [a, b, c] = [3, 5, 9].map((lastOffset) => ({ producerId: 1, firstOffset: 1, lastOffset, lastStableOffset: 2 }));
  expect(compareAborted([a, b], [a, b], false)).toBeNull();
  expect(compareAborted([a], [a, b], true)).toBeNull();
  expect(compareAborted([a], [a, b], false)).toMatchObject({ slot: 1, message: expect.stringContaining('is missing') });
  expect(compareAborted([b], [a, b], true)).toMatchObject({
    slot: 0,
    message: expect.stringContaining('and the log has producer 1 from 1 to 3'),
  });
  expect(compareAborted([a, b, c], [a, b], true)).toMatchObject({
    slot: 2,
    message: expect.stringContaining('has no such transaction'),
  });
});
