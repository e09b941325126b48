/**
 * The errors of the world: everything that a caller can meet and that is not our own bug.
 *
 * One class, told apart by a stable `code`. A message is one sentence that names the place, what was found and what
 * was expected. Match on `code`, never on the message. Our own bugs are `AssertionError`s (assert.ts).
 */
import { types } from 'node:util';

/** Every code that the library throws, with what it means. */
export const errorCodes = {
  ERR_MILLRACE_INVALID_ARGUMENT: 'an argument or a setting has a value that it cannot have',
  ERR_MILLRACE_CORRUPT: 'bytes on disk or from a peer are not what the format says',
  ERR_MILLRACE_UNSUPPORTED: 'the format, codec or platform feature is known and not supported here',
  ERR_MILLRACE_TOO_LARGE: 'a record, batch or inflated size exceeds its bound',
  ERR_MILLRACE_OFFSET_OUT_OF_RANGE: 'the offset is before the log start or after the log end',
  /** Kafka: NOT_LEADER_OR_FOLLOWER, since it cuts who leads no more. */
  ERR_MILLRACE_TRUNCATED: 'the records were cut from the log',
  ERR_MILLRACE_NO_SPACE: 'the disk is full; nothing was written; try again when there is space',
  ERR_MILLRACE_IO: 'a system call failed; `cause` has errno, syscall and path',
  ERR_MILLRACE_OFFLINE: 'the data directory went offline after a failed write or flush; reopen to recover',
  ERR_MILLRACE_ABORTED: 'the signal that came with the call was aborted',
  ERR_MILLRACE_TIMED_OUT: 'it did not succeed in the time that it was given; `cause` says why',
  ERR_MILLRACE_QUEUE_FULL: 'too many calls wait already; wait for some of them before the next',
  ERR_MILLRACE_HANDLER: 'a handler of the caller failed; `cause` is what it threw',
  ERR_MILLRACE_CLOSED: 'the store, log, file, producer or consumer is closed',
  ERR_MILLRACE_READ_ONLY: 'the store was opened for reading only',
  ERR_MILLRACE_LOCKED: 'another process holds the data directory',
  ERR_MILLRACE_UNKNOWN_TOPIC: 'no such topic or partition',
  ERR_MILLRACE_TOPIC_EXISTS: 'a topic of that name exists',
  ERR_MILLRACE_INVALID_TOPIC:
    'the topic name is not one that Kafka allows, or the topic is one that coordinators keep for themselves',
  ERR_MILLRACE_INVALID_TIMESTAMP: 'a timestamp is further from the clock than the topic allows, or of the wrong type',
  /** Kafka: INVALID_RECORD. */
  ERR_MILLRACE_INVALID_RECORD: 'a record has no key, and its topic is compacted',
  ERR_MILLRACE_OUT_OF_ORDER: 'a ready batch does not continue the log',
  /** Kafka: OUT_OF_ORDER_SEQUENCE_NUMBER. */
  ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE:
    "a producer's sequence does not follow its last one, and is none that is remembered",
  /** Kafka: INVALID_PRODUCER_EPOCH; to a transactional client PRODUCER_FENCED. */
  ERR_MILLRACE_PRODUCER_FENCED: 'a producer of the same id and a newer epoch has written since',
  /** Kafka: INVALID_TXN_STATE. */
  ERR_MILLRACE_TRANSACTION_STATE: 'the write does not go with the transaction that its producer has open, or has not',
  /** Kafka: TRANSACTION_COORDINATOR_FENCED. */
  ERR_MILLRACE_COORDINATOR_FENCED: 'a coordinator of a newer epoch has ended a transaction of this producer since',
  /** Kafka: CONCURRENT_TRANSACTIONS. */
  ERR_MILLRACE_CONCURRENT_TRANSACTIONS: 'the producer has a transaction open already; wait for its end before the next',
  /** Kafka: the transaction is aborted and the producer meets INVALID_PRODUCER_EPOCH. */
  ERR_MILLRACE_TRANSACTION_TIMEOUT: 'the transaction took longer than its time-out and was aborted; begin another one',
  /** Kafka: REBALANCE_IN_PROGRESS. */
  ERR_MILLRACE_REBALANCE_IN_PROGRESS: 'the group is rebalancing; commit again when partitions are assigned',
  /** Kafka: UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION. */
  ERR_MILLRACE_UNKNOWN_MEMBER:
    'the group does not have this member, or not in this generation, or has given the partition to others',
  /** Kafka: FENCED_INSTANCE_ID. */
  ERR_MILLRACE_MEMBER_FENCED: 'another member of the same groupInstanceId has taken its place',
  /** Kafka: GROUP_MAX_SIZE_REACHED, INCONSISTENT_GROUP_PROTOCOL, INVALID_SESSION_TIMEOUT, INVALID_GROUP_ID. */
  ERR_MILLRACE_GROUP_REFUSED: 'the group does not take this member in',
  /** Kafka: GROUP_ID_NOT_FOUND. */
  ERR_MILLRACE_UNKNOWN_GROUP: 'no such consumer group',
  /** Kafka: NON_EMPTY_GROUP. */
  ERR_MILLRACE_GROUP_NOT_EMPTY: 'the consumer group has members, and what was asked is for groups without',
  /** Kafka: SASL_AUTHENTICATION_FAILED. The message may be sent to the peer: it does not tell which users there are. */
  ERR_MILLRACE_AUTHENTICATION: 'a peer has not proved who it is, or has sent what is no message of the mechanism',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What a failed system call looked like; the addon throws `Error`s that carry these fields. */
export interface SystemErrorDetails {
  /** The name of the error, such as `ENOSPC`. */
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
  readonly path: string;
}

export interface ErrorDetails {
  readonly path?: string;
  /** Byte position in `path` where the trouble was found. */
  readonly position?: number;
  readonly cause?: unknown;
}

export class MillraceError extends Error {
  override readonly name = 'MillraceError';
  readonly code: ErrorCode;
  readonly path?: string;
  readonly position?: number;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.path !== undefined) this.path = details.path;
    if (details.position !== undefined) this.position = details.position;
  }
}

export function isMillraceError(error: unknown, code?: ErrorCode): error is MillraceError {
  return error instanceof MillraceError && (code === undefined || error.code === code);
}

export function isSystemError(error: unknown): error is Error & SystemErrorDetails {
  // Not instanceof: where a test runner gives each test a realm of its own (jest), Node's errors are of another one.
  return types.isNativeError(error) && 'syscall' in error && 'errno' in error;
}

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Turns what the addon threw into the library's own error; anything else passes unchanged. */
export function fromSystemError(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const code = NO_SPACE.has(error.code) ? 'ERR_MILLRACE_NO_SPACE' : 'ERR_MILLRACE_IO';
  return new MillraceError(code, `${error.syscall} of ${error.path} failed: ${error.code}`, {
    path: error.path,
    cause: error,
  });
}

/** Runs `call`, turning what a failing system call throws into the library's own error. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromSystemError(error);
  }
}

/** The one-sentence error for a value at the door. */
export function invalidArgument(name: string, expected: string, found: unknown): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `${name} must be ${expected}, got ${show(found)}`);
}

/** `value`; throws unless it is an object: what comes without types may be null where options have a default. */
export function checkObject<T>(name: string, value: T): T {
  if (typeof value !== 'object' || value === null) throw invalidArgument(name, 'an object', value);
  return value;
}

/** A value as an error message shows it: short, on one line. */
export function show(value: unknown): string {
  const text = describe(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object of ${value.constructor?.name ?? 'no class'}`;
  return String(value);
}
