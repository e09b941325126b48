/** DescribeAcls: the rules that a filter finds, those of one resource together. (AclApis.handleDescribeAcls.) */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { describeAcls } from '../../protocol/apis/29-describe-acls.ts';
import type { AclBinding } from '../../security/acl-binding.ts';
import { filterOf, rulesOf } from '../acl-request.ts';
import { defineHandler } from '../handler.ts';
import { DONE, outcomeOf } from '../refusal.ts';
import { AclOperation } from '../../security/acl-operation.ts';

type Resource = ResponseInputOf<typeof describeAcls>['resources'][number];

export const describeAclsHandler = defineHandler({
  api: describeAcls,
  versions: '1-3',
  handle(request, call) {
    try {
      const acls = rulesOf(call, AclOperation.DESCRIBE);
      return { ...DONE, resources: grouped(acls.list(filterOf(request))) };
    } catch (error) {
      return { ...outcomeOf(call.broker, error), resources: [] };
    }
  },
});

function grouped(bindings: readonly AclBinding[]): Resource[] {
  const resources = new Map<string, Resource & { acls: Resource['acls'][number][] }>();
  for (const { resourceType, resourceName, patternType, ...rule } of bindings) {
    const key = `${resourceType} ${patternType} ${resourceName}`;
    let resource = resources.get(key);
    if (resource === undefined) resources.set(key, (resource = { resourceType, resourceName, patternType, acls: [] }));
    const { principal, host, operation, permission: permissionType } = rule;
    resource.acls.push({ principal, host, operation, permissionType });
  }
  return [...resources.values()];
}
