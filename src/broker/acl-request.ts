/** What the requests about ACLs have in common: who may ask, and filters as the wire has them. */
import type { AclFilter } from '../security/acl-filter.ts';
import type { AclOperation } from '../security/acl-operation.ts';
import type { Acls } from '../security/acls.ts';
import { ResourceType } from '../security/resource.ts';
import type { BrokerContext } from './broker-context.ts';
import type { Call } from './handler.ts';
import { DONE, type Outcome, outcomeOf, Refusal } from './refusal.ts';

interface WireFilter {
  readonly resourceTypeFilter: number;
  readonly resourceNameFilter: string | null;
  readonly patternTypeFilter: number;
  readonly principalFilter: string | null;
  readonly hostFilter: string | null;
  readonly operation: number;
  readonly permissionType: number;
}

/** Throws what the client is told: who may not, and that there are no rules where nobody asks them. */
export function rulesOf({ broker, access }: Call, operation: AclOperation): Acls {
  access.check(operation, ResourceType.CLUSTER);
  const { acls, authorizer } = broker.security;
  if (authorizer === null) throw new Refusal('SECURITY_DISABLED', 'No Authorizer is configured.');
  return acls;
}

/** Its codes are checked where it is used. */
export function filterOf(asked: WireFilter): AclFilter {
  return {
    resourceType: asked.resourceTypeFilter,
    resourceName: asked.resourceNameFilter,
    patternType: asked.patternTypeFilter,
    principal: asked.principalFilter,
    host: asked.hostFilter,
    operation: asked.operation,
    permission: asked.permissionType,
  } as AclFilter;
}

export function resultOf(broker: BrokerContext, error: unknown): Outcome {
  return error === null ? DONE : outcomeOf(broker, error, { ERR_MILLRACE_TOO_LARGE: 'POLICY_VIOLATION' });
}
