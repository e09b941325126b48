import { expect, test } from 'vitest';
import { groupError, isWorthAnother, reactionTo } from '#millrace/member/group-error.js';

test.each([
  ['COORDINATOR_LOAD_IN_PROGRESS', 'again'],
  ['NOT_COORDINATOR', 'again'],
  ['MEMBER_ID_REQUIRED', 'rejoin'],
  ['REBALANCE_IN_PROGRESS', 'rejoin'],
  ['ILLEGAL_GENERATION', 'renew'],
  ['UNKNOWN_MEMBER_ID', 'anew'],
  ['FENCED_INSTANCE_ID', 'end'],
  ['GROUP_MAX_SIZE_REACHED', 'end'],
  ['UNKNOWN_SERVER_ERROR', 'end'],
] as const)('to %s: %s', (error, reaction) => {
  expect(reactionTo(error)).toBe(reaction);
});

test('what passes is worth another commit, and what is decided is not', () => {
  expect(isWorthAnother('COORDINATOR_NOT_AVAILABLE')).toBe(true);
  expect(isWorthAnother('UNSTABLE_OFFSET_COMMIT')).toBe(true);
  expect(isWorthAnother('ILLEGAL_GENERATION')).toBe(false);
  expect(isWorthAnother('REBALANCE_IN_PROGRESS')).toBe(false);
});

test.each([
  ['REBALANCE_IN_PROGRESS', 'ERR_MILLRACE_REBALANCE_IN_PROGRESS'],
  ['ILLEGAL_GENERATION', 'ERR_MILLRACE_UNKNOWN_MEMBER'],
  ['UNKNOWN_MEMBER_ID', 'ERR_MILLRACE_UNKNOWN_MEMBER'],
  ['FENCED_INSTANCE_ID', 'ERR_MILLRACE_MEMBER_FENCED'],
  ['INVALID_SESSION_TIMEOUT', 'ERR_MILLRACE_GROUP_REFUSED'],
  ['OFFSET_METADATA_TOO_LARGE', 'ERR_MILLRACE_TOO_LARGE'],
  ['INVALID_PRODUCER_EPOCH', 'ERR_MILLRACE_PRODUCER_FENCED'],
  ['UNKNOWN_SERVER_ERROR', 'ERR_MILLRACE_IO'],
] as const)('%s is told as %s, with the name of the group', (error, code) => {
  expect(groupError(error, 'billing')).toMatchObject({ code, message: expect.stringContaining('"billing"') });
});

test('a full disk is told as one, and nothing else is', () => {
  const codes = [
    groupError('COORDINATOR_NOT_AVAILABLE', 'g', true),
    groupError('COORDINATOR_NOT_AVAILABLE', 'g', false),
    groupError('UNKNOWN_MEMBER_ID', 'g', true),
  ].map(({ code }) => code);
  expect(codes).toEqual(['ERR_MILLRACE_NO_SPACE', 'ERR_MILLRACE_IO', 'ERR_MILLRACE_UNKNOWN_MEMBER']);
});
