import { expect, test } from 'vitest';
import { timedOut, tooLongUnderWay, transactionFailure } from '#millrace/transaction/transaction-failure.js';

test('refusals of the protocol have a code and a sentence', () => {
  expect(transactionFailure('a', 'PRODUCER_FENCED')).toMatchObject({
    code: 'ERR_MILLRACE_PRODUCER_FENCED',
    message: 'the transactional id "a" was taken over by another producer',
  });
  expect(transactionFailure('a', 'INVALID_PRODUCER_ID_MAPPING').code).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  expect(transactionFailure('a', 'CONCURRENT_TRANSACTIONS').code).toBe('ERR_MILLRACE_CONCURRENT_TRANSACTIONS');
  expect(transactionFailure('a', 'INVALID_TXN_STATE').code).toBe('ERR_MILLRACE_TRANSACTION_STATE');
  expect(timedOut('a')).toMatchObject({
    code: 'ERR_MILLRACE_TRANSACTION_TIMEOUT',
    message: 'the transaction of "a" took longer than its time-out and was aborted',
  });
  expect(tooLongUnderWay('a', 5)).toMatchObject({
    code: 'ERR_MILLRACE_TIMED_OUT',
    message: 'the last transaction of "a" could not be finished within 5 ms',
    cause: { code: 'ERR_MILLRACE_CONCURRENT_TRANSACTIONS' },
  });
});
