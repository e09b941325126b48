/** DeleteGroups: groups without members go, with what they have committed. */
import { deleteGroups } from '../../protocol/apis/42-delete-groups.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';

export const deleteGroupsHandler = defineHandler({
  api: deleteGroups,
  versions: '0-2',
  async handle({ groupsNames }, { access, broker }) {
    const names = [...new Set(groupsNames)];
    const allowed = names.filter((name) => access.group(AclOperation.DELETE, name));
    const errors = await askGroups(
      broker,
      (groups) => groups.deleteGroups(allowed),
      (error) => allowed.map(() => error),
    );
    const found = new Map(allowed.map((name, index) => [name, errors[index]]));
    const results = names.map((groupId) => {
      const error = found.get(groupId);
      const errorCode =
        error === undefined ? access.code(AclOperation.DELETE, ResourceType.GROUP, groupId) : groupCode(error);
      return { groupId, errorCode };
    });
    return { results };
  },
});
