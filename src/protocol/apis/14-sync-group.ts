/**
 * SyncGroup: the leader's assignments go in, each member's own comes out. It waits until the leader has sent them.
 */
import { defineApi } from '../api.ts';
import { array, bytes, int16, int32, string } from '../field.ts';

export const syncGroup = defineApi({
  key: 14,
  name: 'SyncGroup',
  versions: '0-5',
  flexible: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullableSince: 3 }),
    protocolType: string({ since: 5, nullableSince: 5 }),
    protocolName: string({ since: 5, nullableSince: 5 }),
    assignments: array({ memberId: string(), assignment: bytes() }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16(),
    protocolType: string({ since: 5, nullableSince: 5 }),
    protocolName: string({ since: 5, nullableSince: 5 }),
    assignment: bytes(),
  },
});
