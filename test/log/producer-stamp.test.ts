import { expect, test } from 'vitest';
import { checkEndOptions, checkStamp, stampedBatch } from '#millrace/log/producer-stamp.js';
import { codeOf } from '../support/test-producer.ts';

test('a stamp becomes the fields of a header', () => {
  expect(checkStamp({ producerId: 5, producerEpoch: 1 })).toEqual({
    producerId: 5,
    producerEpoch: 1,
    baseSequence: -1,
    transactional: false,
  });
  const stamp = checkStamp({ producerId: 5, producerEpoch: 1, baseSequence: 9, isTransactional: true });
  expect(stampedBatch(stamp, 100, 3, 77)).toEqual({
    producerId: 5,
    producerEpoch: 1,
    baseSequence: 9,
    isTransactional: true,
    baseOffset: 100,
    lastOffset: 102,
    maxTimestamp: 77,
  });
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
  expect(codeOf(() => checkStamp(stamp as never))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
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
