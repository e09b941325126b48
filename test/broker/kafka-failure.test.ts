import { expect, test } from 'vitest';
import { codeOf, messageOf } from '#millrace/broker/kafka-failure.js';
import { errorCodes, MillraceError, type ErrorCode } from '#millrace/errors.js';
import { kafkaErrorCodes, kafkaErrorOf } from '#millrace/protocol/error-code.js';

test('every code of the library has one of Kafka that is an error', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const kafka = kafkaErrorOf(codeOf(new MillraceError(code, 'x')));
    if (code === 'ERR_MILLRACE_HANDLER') expect(kafka.name).toBe('UNKNOWN_SERVER_ERROR');
    else expect(kafka.code, code).toBeGreaterThan(0);
  }
});

test('what may pass later is retriable for the client too', () => {
  for (const code of ['ERR_MILLRACE_NO_SPACE', 'ERR_MILLRACE_CLOSED', 'ERR_MILLRACE_UNKNOWN_TOPIC'] as const)
    expect(kafkaErrorOf(codeOf(new MillraceError(code, 'x'))).isRetriable, code).toBe(true);
});

test('an operation may mean something of its own', () => {
  const error = new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'no such setting');
  expect(codeOf(error, { ERR_MILLRACE_INVALID_ARGUMENT: 'INVALID_CONFIG' })).toBe(kafkaErrorCodes.INVALID_CONFIG);
  expect(messageOf(error)).toBe('no such setting');
});

test('a fault of our own is not told', () => {
  expect(codeOf(new TypeError('secret'))).toBe(kafkaErrorCodes.UNKNOWN_SERVER_ERROR);
  expect(messageOf(new TypeError('secret'))).toBeNull();
  expect(messageOf(new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', 'no topic in /secret'))).toBeNull();
});
