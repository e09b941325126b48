/** LeaveGroup: members go: up to version 2 one, from version 3 on several, each with an error of its own. */
import { leaveGroup } from '../../protocol/apis/13-leave-group.ts';
import type { LeaveAnswer } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';

const SEVERAL_SINCE = 3;

export const leaveGroupHandler = defineHandler({
  api: leaveGroup,
  versions: '0-5',
  async handle({ groupId, memberId, members }, { access, broker, version }) {
    const denied = access.code(AclOperation.READ, ResourceType.GROUP, groupId);
    if (denied) return { errorCode: denied };
    const leaving = version < SEVERAL_SINCE ? [{ memberId, groupInstanceId: null, reason: null }] : members;
    const answer = await askGroups<LeaveAnswer>(
      broker,
      (groups) => groups.leave(groupId, leaving),
      (error) => ({ error, members: [] }),
    );
    if (answer.error !== null) return { errorCode: groupCode(answer.error) };
    if (version < SEVERAL_SINCE) return { errorCode: groupCode(answer.members[0].error) };
    return {
      errorCode: 0,
      members: answer.members.map(({ error, ...member }) => ({ ...member, errorCode: groupCode(error) })),
    };
  },
});
