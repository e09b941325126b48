/** Which of Kafka's error codes tells a client what the library threw. */
import { isMillraceError, type ErrorCode } from '../errors.ts';
import { kafkaErrorCodes, type KafkaErrorName } from '../protocol/error-code.ts';

/** Where an operation means something of its own by a code, it says so to `codeOf`. */
const names: Record<ErrorCode, KafkaErrorName> = {
  ERR_MILLRACE_INVALID_ARGUMENT: 'INVALID_REQUEST',
  ERR_MILLRACE_CORRUPT: 'CORRUPT_MESSAGE',
  ERR_MILLRACE_UNSUPPORTED: 'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  ERR_MILLRACE_TOO_LARGE: 'MESSAGE_TOO_LARGE',
  ERR_MILLRACE_OFFSET_OUT_OF_RANGE: 'OFFSET_OUT_OF_RANGE',
  ERR_MILLRACE_NO_SPACE: 'KAFKA_STORAGE_ERROR',
  ERR_MILLRACE_IO: 'KAFKA_STORAGE_ERROR',
  ERR_MILLRACE_OFFLINE: 'KAFKA_STORAGE_ERROR',
  ERR_MILLRACE_ABORTED: 'REQUEST_TIMED_OUT',
  ERR_MILLRACE_TIMED_OUT: 'REQUEST_TIMED_OUT',
  ERR_MILLRACE_QUEUE_FULL: 'REQUEST_TIMED_OUT',
  ERR_MILLRACE_HANDLER: 'UNKNOWN_SERVER_ERROR',
  ERR_MILLRACE_CLOSED: 'NOT_LEADER_OR_FOLLOWER',
  ERR_MILLRACE_READ_ONLY: 'KAFKA_STORAGE_ERROR',
  ERR_MILLRACE_LOCKED: 'KAFKA_STORAGE_ERROR',
  ERR_MILLRACE_UNKNOWN_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION',
  ERR_MILLRACE_TOPIC_EXISTS: 'TOPIC_ALREADY_EXISTS',
  ERR_MILLRACE_INVALID_TOPIC: 'INVALID_TOPIC_EXCEPTION',
  ERR_MILLRACE_INVALID_TIMESTAMP: 'INVALID_TIMESTAMP',
  ERR_MILLRACE_OUT_OF_ORDER: 'INVALID_RECORD',
  ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE: 'OUT_OF_ORDER_SEQUENCE_NUMBER',
  ERR_MILLRACE_PRODUCER_FENCED: 'INVALID_PRODUCER_EPOCH',
  ERR_MILLRACE_TRANSACTION_STATE: 'INVALID_TXN_STATE',
  ERR_MILLRACE_COORDINATOR_FENCED: 'TRANSACTION_COORDINATOR_FENCED',
  ERR_MILLRACE_CONCURRENT_TRANSACTIONS: 'CONCURRENT_TRANSACTIONS',
  ERR_MILLRACE_TRANSACTION_TIMEOUT: 'INVALID_PRODUCER_EPOCH',
  ERR_MILLRACE_AUTHENTICATION: 'SASL_AUTHENTICATION_FAILED',
};

/** Of what no code is known for, UNKNOWN_SERVER_ERROR: the caller logs it. */
export function codeOf(error: unknown, others: Partial<Record<ErrorCode, KafkaErrorName>> = {}): number {
  if (!isMillraceError(error)) return kafkaErrorCodes.UNKNOWN_SERVER_ERROR;
  return kafkaErrorCodes[others[error.code] ?? names[error.code]];
}

/** What a client is told beside the code; null for a fault of our own, which is nobody else's business. */
export function messageOf(error: unknown): string | null {
  return isMillraceError(error) ? error.message : null;
}
