/** What a program is told when a coordinator refuses: the errors of the protocol as errors of the library. */
import { type ErrorCode, MillraceError } from '../errors.ts';
import type { TransactionError } from './coordinator-step.ts';

const codes: Record<TransactionError, readonly [ErrorCode, string]> = {
  CONCURRENT_TRANSACTIONS: ['ERR_MILLRACE_CONCURRENT_TRANSACTIONS', 'has another transaction under way'],
  INVALID_PRODUCER_ID_MAPPING: ['ERR_MILLRACE_PRODUCER_FENCED', 'has another producer id now'],
  INVALID_REQUEST: ['ERR_MILLRACE_INVALID_ARGUMENT', 'is none'],
  INVALID_TRANSACTION_TIMEOUT: ['ERR_MILLRACE_INVALID_ARGUMENT', 'cannot have that time-out'],
  INVALID_TXN_STATE: ['ERR_MILLRACE_TRANSACTION_STATE', 'has no transaction that could end so'],
  PRODUCER_FENCED: ['ERR_MILLRACE_PRODUCER_FENCED', 'was taken over by another producer'],
  TRANSACTIONAL_ID_NOT_FOUND: ['ERR_MILLRACE_TRANSACTION_STATE', 'is not known'],
  TRANSACTION_ABORTABLE: ['ERR_MILLRACE_TRANSACTION_STATE', 'must abort its transaction'],
};

export function transactionFailure(transactionalId: string, error: TransactionError): MillraceError {
  const [code, what] = codes[error];
  return new MillraceError(code, `the transactional id "${transactionalId}" ${what}`);
}

export function timedOut(transactionalId: string): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TRANSACTION_TIMEOUT',
    `the transaction of "${transactionalId}" took longer than its time-out and was aborted`,
  );
}

export function tooLongUnderWay(transactionalId: string, waitedMs: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TIMED_OUT',
    `the last transaction of "${transactionalId}" could not be finished within ${waitedMs} ms`,
    { cause: transactionFailure(transactionalId, 'CONCURRENT_TRANSACTIONS') },
  );
}
