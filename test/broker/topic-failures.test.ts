import { expect, test } from 'vitest';
import { TopicFailures } from '#millrace/broker/topic-failures.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';

test('everyday errors are no failures', () => {
  const failures = new TopicFailures();
  failures.produceFailed('t', kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, 10);
  failures.produceFailed('t', kafkaErrorCodes.CORRUPT_MESSAGE, 10);
  failures.fetchFailed('t', kafkaErrorCodes.OFFSET_OUT_OF_RANGE);
  expect(failures.of('t')).toBeNull();
});

test('what is too large, and what is no everyday error, by topic, until that is gone', () => {
  const failures = new TopicFailures();
  failures.produceFailed('t', kafkaErrorCodes.MESSAGE_TOO_LARGE, 10);
  failures.produceFailed('t', kafkaErrorCodes.MESSAGE_TOO_LARGE, 5);
  failures.produceFailed('t', kafkaErrorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER, 7);
  failures.fetchFailed('u', kafkaErrorCodes.UNKNOWN_SERVER_ERROR);
  expect(failures.of('t')).toEqual({ produceFailures: 1, fetchFailures: 0, bytesRejected: 15 });
  expect(failures.of('u')).toEqual({ produceFailures: 0, fetchFailures: 1, bytesRejected: 0 });
  failures.forget('t');
  expect(failures.of('t')).toBeNull();
});
