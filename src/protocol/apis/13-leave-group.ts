/**
 * LeaveGroup: members go. Up to version 2 one, from version 3 on several, static ones among them, each with an error of its own.
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, string } from '../field.ts';

export const leaveGroup = defineApi({
  key: 13,
  name: 'LeaveGroup',
  versions: '0-5',
  flexible: 4,
  request: {
    groupId: string(),
    memberId: string({ until: 2 }),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullableSince: 3 }),
        reason: string({ since: 5, nullableSince: 5 }),
      },
      { since: 3, default: [] },
    ),
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16(),
    members: array(
      {
        memberId: string(),
        groupInstanceId: string({ nullableSince: 3 }),
        errorCode: int16(),
      },
      { since: 3, default: [] },
    ),
  },
});
