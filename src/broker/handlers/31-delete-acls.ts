/** DeleteAcls: deletes the rules that filters find, and tells which they were. (AclApis.handleDeleteAcls.) */
import { deleteAcls } from '../../protocol/apis/31-delete-acls.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { filterOf, resultOf, rulesOf } from '../acl-request.ts';
import { defineHandler } from '../handler.ts';
import { DONE, outcomeOf } from '../refusal.ts';

export const deleteAclsHandler = defineHandler({
  api: deleteAcls,
  versions: '1-3',
  handle({ filters }, call) {
    const { broker } = call;
    try {
      const acls = rulesOf(call, AclOperation.ALTER);
      const results = broker.store.writing(() => acls.delete(filters.map(filterOf)));
      const filterResults = results.map(({ deleted, error }) => ({
        ...resultOf(broker, error),
        matchingAcls: deleted.map(({ permission: permissionType, ...rule }) => ({ ...DONE, ...rule, permissionType })),
      }));
      return { filterResults };
    } catch (error) {
      const outcome = outcomeOf(broker, error);
      return { filterResults: filters.map(() => ({ ...outcome, matchingAcls: [] })) };
    }
  },
});
