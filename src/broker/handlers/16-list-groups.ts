/** ListGroups: all groups, or those in some states or of some types: those that the client may know of. */
import { listGroups } from '../../protocol/apis/16-list-groups.ts';
import type { GroupError, GroupListing } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';

interface Listed {
  readonly error: GroupError;
  readonly groups: readonly GroupListing[];
}

export const listGroupsHandler = defineHandler({
  api: listGroups,
  versions: '0-5',
  async handle({ statesFilter, typesFilter }, { access, broker }) {
    const { error, groups } = await askGroups<Listed>(
      broker,
      async (coordinator) => ({ error: null, groups: await coordinator.list() }),
      (failure) => ({ error: failure, groups: [] }),
    );
    const [isState, isType] = [filterOf(statesFilter), filterOf(typesFilter)];
    // Who may describe the cluster sees all of them.
    const seesAll = access.cluster(AclOperation.DESCRIBE);
    const found = groups.filter(
      ({ groupId, state, type }) =>
        isState(state) && isType(type) && (seesAll || access.group(AclOperation.DESCRIBE, groupId)),
    );
    return {
      errorCode: groupCode(error),
      groups: found.map(({ groupId, protocolType, state, type }) => ({
        groupId,
        protocolType,
        groupState: state,
        groupType: type,
      })),
    };
  },
});

/** Capitals do not matter; nothing that is asked for is everything. */
function filterOf(asked: readonly string[]): (value: string) => boolean {
  const wanted = new Set(asked.map((each) => each.trim().toLowerCase()));
  return (value) => wanted.size === 0 || wanted.has(value.toLowerCase());
}
