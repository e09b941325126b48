/**
 * JoinGroup: enter a consumer group, or enter it again after a rebalance. The leader's response lists all members, with what each can do.
 *
 * From version 4 on a member without an id is sent away once with one (MEMBER_ID_REQUIRED), from version 5 on it can be static (KIP-345).
 */
import { defineApi } from '../api.ts';
import { array, bool, bytes, int16, int32, string } from '../field.ts';

export const joinGroup = defineApi({
  key: 11,
  name: 'JoinGroup',
  versions: '0-9',
  flexible: 6,
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: 1, default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 5, nullableSince: 5 }),
    protocolType: string(),
    protocols: array({ name: string(), metadata: bytes() }),
    reason: string({ since: 8, nullableSince: 8 }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, default: 0 }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: 7, nullableSince: 7 }),
    protocolName: string({ nullableSince: 7 }),
    leader: string(),
    skipAssignment: bool({ since: 9, default: false }),
    memberId: string(),
    members: array({
      memberId: string(),
      groupInstanceId: string({ since: 5, nullableSince: 5 }),
      metadata: bytes(),
    }),
  },
});
