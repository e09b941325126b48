/**
 * JoinGroup: enters a group, or its next generation, and is answered when that begins.
 *
 * From version 4 on a new member is sent away once, with an id, so that one that never hears its answer leaves nothing behind (KIP-394).
 */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { joinGroup } from '../../protocol/apis/11-join-group.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { refusedJoin } from '../../group/classic/group-answers.ts';
import type { GroupError, JoinAnswer, JoinRequest } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, clientHostOf, groupCode, whileConnected } from '../group-answer.ts';
import { type Call, defineHandler } from '../handler.ts';

const MEMBER_ID_REQUIRED_SINCE = 4;
const NULL_PROTOCOL_SINCE = 7;
const SKIP_ASSIGNMENT_SINCE = 9;

export const joinGroupHandler = defineHandler({
  api: joinGroup,
  versions: '0-9',
  waits: true,
  handle(request, call) {
    const { access, broker, session, version } = call;
    const { groupId, memberId } = request;
    const denied = access.code(AclOperation.READ, ResourceType.GROUP, groupId);
    if (denied !== kafkaErrorCodes.NONE) return answered(refusedJoin(null, ''), version, denied);
    // Nothing below keeps the request and with it the frame that it came in.
    const join = joinOf(request, call);
    const failed = (error: GroupError): JoinAnswer => refusedJoin(error, memberId);
    const joined = askGroups(broker, (groups) => groups.join(join), failed);
    return whileConnected(session, joined, () => failed('NOT_COORDINATOR')).then((answer) => answered(answer, version));
  },
});

function joinOf(request: RequestOf<typeof joinGroup>, { session, clientId, version }: Call): JoinRequest {
  return {
    ...request,
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: new Uint8Array(metadata) })),
    clientId: clientId ?? '',
    clientHost: clientHostOf(session),
    rebalanceTimeoutMs: version === 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
    requiresKnownMemberId: version >= MEMBER_ID_REQUIRED_SINCE,
    supportsSkippingAssignment: version >= SKIP_ASSIGNMENT_SINCE,
  };
}

/** Older clients know no null. */
function answered(
  { error, protocolName, ...answer }: JoinAnswer,
  version: number,
  errorCode = groupCode(error),
): ResponseInputOf<typeof joinGroup> {
  const name = version < NULL_PROTOCOL_SINCE ? (protocolName ?? '') : protocolName === '' ? null : protocolName;
  return { ...answer, errorCode, protocolName: name };
}
