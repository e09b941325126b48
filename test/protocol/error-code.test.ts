import { expect, test } from 'vitest';
import { kafkaErrorCodes, kafkaErrorOf } from '#millrace/protocol/error-code.js';

test('codes go from -1 on without a gap, and lead to their names', () => {
  const codes = Object.values(kafkaErrorCodes);
  expect(codes).toEqual(codes.map((_, i) => i - 1));
  for (const [name, code] of Object.entries(kafkaErrorCodes)) expect(kafkaErrorOf(code)).toMatchObject({ name, code });
});

test('some that every client knows', () => {
  expect(kafkaErrorCodes).toMatchObject({
    NONE: 0,
    UNKNOWN_TOPIC_OR_PARTITION: 3,
    NOT_LEADER_OR_FOLLOWER: 6,
    UNSUPPORTED_VERSION: 35,
    OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
    FENCED_LEADER_EPOCH: 74,
    MEMBER_ID_REQUIRED: 79,
    PRODUCER_FENCED: 90,
    UNKNOWN_TOPIC_ID: 100,
  });
  expect([3, 6, 27, 35].map((code) => kafkaErrorOf(code).isRetriable)).toEqual([true, true, false, false]);
  expect(kafkaErrorOf(16).message).toBe('the broker is not the coordinator of this group or transactional id');
});

test('one that is not known is an unknown error', () => {
  expect([9_999, -2, 0.5].map((code) => kafkaErrorOf(code).name)).toEqual(Array(3).fill('UNKNOWN_SERVER_ERROR'));
});
