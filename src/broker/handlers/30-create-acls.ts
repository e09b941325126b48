/** CreateAcls: makes rules, each that can be; one that is there already is no error. (AclApis.handleCreateAcls.) */
import { createAcls } from '../../protocol/apis/30-create-acls.ts';
import type { AclBinding } from '../../security/acl-binding.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { resultOf, rulesOf } from '../acl-request.ts';
import { defineHandler } from '../handler.ts';
import { outcomeOf } from '../refusal.ts';

export const createAclsHandler = defineHandler({
  api: createAcls,
  versions: '1-3',
  handle({ creations }, call) {
    const { broker } = call;
    try {
      const acls = rulesOf(call, AclOperation.ALTER);
      const bindings = creations.map(({ permissionType, resourcePatternType, ...rule }) => {
        return { ...rule, patternType: resourcePatternType, permission: permissionType } as AclBinding;
      });
      const results = broker.store.writing(() => acls.create(bindings));
      return { results: results.map(({ error }) => resultOf(broker, error)) };
    } catch (error) {
      const outcome = outcomeOf(broker, error);
      return { results: creations.map(() => outcome) };
    }
  },
});
