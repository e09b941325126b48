/** SyncGroup: the leader says who is assigned what, and every member hears of it when the leader has. */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { syncGroup } from '../../protocol/apis/14-sync-group.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { GroupError, SyncAnswer, SyncRequest } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode, whileConnected } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';

const NAMES_PROTOCOL_SINCE = 5;
const NOTHING = new Uint8Array(0);

export const syncGroupHandler = defineHandler({
  api: syncGroup,
  versions: '0-5',
  waits: true,
  handle(request, { access, broker, session, version }) {
    const namesProtocol = version >= NAMES_PROTOCOL_SINCE;
    if (namesProtocol && (request.protocolType === null || request.protocolName === null))
      return answered(refused('INCONSISTENT_GROUP_PROTOCOL'));
    const denied = access.code(AclOperation.READ, ResourceType.GROUP, request.groupId);
    if (denied !== kafkaErrorCodes.NONE) return { ...answered(refused(null)), errorCode: denied };
    // Nothing below keeps the request and with it the frame that it came in.
    const sync = syncOf(request, namesProtocol);
    const synced = askGroups(broker, (groups) => groups.sync(sync), refused);
    return whileConnected(session, synced, () => refused('NOT_COORDINATOR')).then(answered);
  },
});

function syncOf(request: RequestOf<typeof syncGroup>, namesProtocol: boolean): SyncRequest {
  const protocol = namesProtocol ? {} : { protocolType: null, protocolName: null };
  const assignments = request.assignments.map((each) => ({ ...each, assignment: new Uint8Array(each.assignment) }));
  return { ...request, ...protocol, assignments };
}

function refused(error: GroupError): SyncAnswer {
  return { error, protocolType: null, protocolName: null, assignment: NOTHING };
}

function answered({ error, ...answer }: SyncAnswer): ResponseInputOf<typeof syncGroup> {
  return { ...answer, errorCode: groupCode(error) };
}
