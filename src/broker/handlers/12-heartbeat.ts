/** Heartbeat: a member is alive, and hears that a rebalance has begun. */
import { heartbeat } from '../../protocol/apis/12-heartbeat.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';

export const heartbeatHandler = defineHandler({
  api: heartbeat,
  versions: '0-4',
  async handle(request, { access, broker }) {
    const denied = access.code(AclOperation.READ, ResourceType.GROUP, request.groupId);
    if (denied) return { errorCode: denied };
    const error = await askGroups(
      broker,
      (groups) => groups.heartbeat(request),
      (failure) => failure,
    );
    return { errorCode: groupCode(error) };
  },
});
