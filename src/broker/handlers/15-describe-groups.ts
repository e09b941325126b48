/** DescribeGroups: state, protocol and members of groups. One that is not known is `Dead`; from version 6 on that is an error, too. */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { describeGroups } from '../../protocol/apis/15-describe-groups.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { GroupDescription } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { type Call, defineHandler } from '../handler.ts';

type Described = ResponseInputOf<typeof describeGroups>['groups'][number];

const NOT_FOUND_SINCE = 6;

export const describeGroupsHandler = defineHandler({
  api: describeGroups,
  versions: '0-6',
  async handle({ groups: asked, includeAuthorizedOperations }, call) {
    const { access, broker } = call;
    const allowed = asked.filter((groupId) => access.group(AclOperation.DESCRIBE, groupId));
    const descriptions = await askGroups<GroupDescription[]>(
      broker,
      (groups) => groups.describe(allowed),
      (error) => allowed.map((groupId) => ({ ...nothing(groupId), error, state: 'Dead' })),
    );
    const found = new Map(descriptions.map((each) => [each.groupId, each]));
    const groups = asked.map((groupId): Described => {
      const description = found.get(groupId);
      if (description !== undefined) return described(description, call, includeAuthorizedOperations);
      const errorCode = access.code(AclOperation.DESCRIBE, ResourceType.GROUP, groupId);
      return { errorCode, groupId, groupState: '', protocolType: '', protocolData: '', members: [] };
    });
    return { groups };
  },
});

function nothing(groupId: string): Omit<GroupDescription, 'error' | 'state'> {
  return { groupId, protocolType: '', protocolName: '', members: [] };
}

function described(
  { error, groupId, state, protocolType, protocolName, members }: GroupDescription,
  { access, version }: Call,
  includesOperations: boolean,
): Described {
  const isUnknown = error === 'GROUP_ID_NOT_FOUND';
  const errorCode = isUnknown && version < NOT_FOUND_SINCE ? kafkaErrorCodes.NONE : groupCode(error);
  return {
    errorCode,
    errorMessage: isUnknown ? `Group ${groupId} not found.` : null,
    groupId,
    groupState: state,
    protocolType,
    protocolData: protocolName,
    members: members.map(({ metadata, assignment, ...member }) => ({
      ...member,
      memberMetadata: metadata,
      memberAssignment: assignment,
    })),
    ...(includesOperations &&
      errorCode === kafkaErrorCodes.NONE && { authorizedOperations: access.groupOperations(groupId) }),
  };
}
