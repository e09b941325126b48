import { expect, test } from 'vitest';
import { DONE, outcomeOf, Refusal, repeated } from '#millrace/broker/refusal.js';
import { MillraceError } from '#millrace/errors.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';

test('what was thrown becomes a code and a sentence; only a fault of our own is logged', () => {
  const logged: object[] = [];
  const broker = { logger: { error: (details: object) => logged.push(details) } } as never;
  expect(outcomeOf(broker, new Refusal('INVALID_CONFIG', 'no'))).toEqual({
    errorCode: kafkaErrorCodes.INVALID_CONFIG,
    errorMessage: 'no',
  });
  const full = new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
  expect(outcomeOf(broker, full)).toEqual({ errorCode: kafkaErrorCodes.KAFKA_STORAGE_ERROR, errorMessage: 'full' });
  expect(outcomeOf(broker, full, { ERR_MILLRACE_NO_SPACE: 'POLICY_VIOLATION' }).errorCode).toBe(
    kafkaErrorCodes.POLICY_VIOLATION,
  );
  expect(logged).toEqual([]);
  const bug = new TypeError('x is not a function');
  expect(outcomeOf(broker, bug)).toEqual({ errorCode: kafkaErrorCodes.UNKNOWN_SERVER_ERROR, errorMessage: null });
  expect(logged).toEqual([{ err: bug }]);
  expect(DONE).toEqual({ errorCode: 0, errorMessage: null });
});

test('what comes more than once', () => {
  expect([...repeated(['a', 'b', 'a', 'c', 'c', 'a'])]).toEqual(['a', 'c']);
});
