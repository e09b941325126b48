import { expect, test } from 'vitest';
import { checkEndOptions, stampedBatch } from '#millrace/log/producer-stamp.js';
import { codeOf } from '../support/test-producer.ts';

test('a stamp and a place become a batch', () => {
  const none = { baseSequence: -1, isTransactional: false, maxTimestamp: -1 };
  const producer = { producerId: 5, producerEpoch: 1 };
  expect(stampedBatch(producer, 0, 1)).toEqual({ ...none, ...producer, baseOffset: 0, lastOffset: 0 });
  const stamp = { ...producer, baseSequence: 9, isTransactional: true };
  expect(stampedBatch(stamp, 100, 3)).toEqual({ ...stamp, baseOffset: 100, lastOffset: 102, maxTimestamp: -1 });
});

test.each<[unknown]>([
  [null],
  [7],
  [{ producerId: -1, producerEpoch: 0 }],
  [{ producerId: 0.5, producerEpoch: 0 }],
  [{ producerId: 0 }],
  [{ producerId: 0, producerEpoch: 0x8000 }],
  [{ producerId: 0, producerEpoch: 0, baseSequence: -2 }],
  [{ producerId: 0, producerEpoch: 0, baseSequence: 2 ** 31 }],
  [{ producerId: 0, producerEpoch: 0, isTransactional: 1 }],
])('%j is no stamp', (stamp) => {
  expect(codeOf(() => stampedBatch(stamp as never, 0, 1))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
});

test.each<[unknown]>([
  [undefined],
  [{ producerId: 0, producerEpoch: 0 }],
  [{ producerId: 0, producerEpoch: -1, type: 'abort' }],
  [{ producerId: 0, producerEpoch: 0, type: 'other' }],
  [{ producerId: 0, producerEpoch: 0, type: 'abort', coordinatorEpoch: -1 }],
  [{ producerId: 0, producerEpoch: 0, type: 'abort', transactionVersion: 1.5 }],
])('%j ends no transaction', (options) => {
  expect(codeOf(() => checkEndOptions(options as never))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
});
