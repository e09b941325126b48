/** Which rules somebody asks for, to be shown or deleted. (AclBindingFilter, ResourcePatternFilter, AccessControlEntryFilter.) */
import { MillraceError } from '../errors.ts';
import { type AclBinding, AclPermission } from './acl-binding.ts';
import { AclOperation } from './acl-operation.ts';
import { nameOfCode, PatternType, ResourceType, WILDCARD } from './resource.ts';

/** Flat, as the wire has it. Null: any. */
export interface AclFilter {
  readonly resourceType: ResourceType;
  readonly resourceName: string | null;
  readonly patternType: PatternType;
  readonly principal: string | null;
  /** Compared as it is written: `10.0.0.7` finds no rule for `10.0.0.0/8` or `*`. */
  readonly host: string | null;
  readonly operation: AclOperation;
  readonly permission: AclPermission;
}

export const ANY_ACL: AclFilter = {
  resourceType: ResourceType.ANY,
  resourceName: null,
  patternType: PatternType.ANY,
  principal: null,
  host: null,
  operation: AclOperation.ANY,
  permission: AclPermission.ANY,
};

/** ERR_MILLRACE_INVALID_ARGUMENT (Kafka: INVALID_REQUEST) where a part is of no known kind. */
export function checkFilter(filter: AclFilter): void {
  const parts: [string, Readonly<Record<string, number>>, number][] = [
    ['resource type', ResourceType, filter.resourceType],
    ['pattern type', PatternType, filter.patternType],
    ['operation', AclOperation, filter.operation],
    ['permission', AclPermission, filter.permission],
  ];
  for (const [what, table, code] of parts) {
    if (nameOfCode(table, code) === 'UNKNOWN')
      throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `no ${what} of a filter is UNKNOWN (${code})`);
  }
}

export function matchesFilter(filter: AclFilter, binding: AclBinding): boolean {
  return (
    (filter.resourceType === ResourceType.ANY || filter.resourceType === binding.resourceType) &&
    matchesPattern(filter, binding) &&
    (filter.principal === null || filter.principal === binding.principal) &&
    (filter.host === null || filter.host === binding.host) &&
    (filter.operation === AclOperation.ANY || filter.operation === binding.operation) &&
    (filter.permission === AclPermission.ANY || filter.permission === binding.permission)
  );
}

function matchesPattern({ patternType, resourceName }: AclFilter, binding: AclBinding): boolean {
  if (patternType !== PatternType.MATCH)
    return (
      (patternType === PatternType.ANY || patternType === binding.patternType) &&
      (resourceName === null || resourceName === binding.resourceName)
    );
  if (resourceName === null) return true;
  return appliesTo(binding, resourceName);
}

/** Does the rule speak of a resource of this name, and of its type? */
export function appliesTo({ patternType, resourceName }: AclBinding, name: string): boolean {
  if (patternType === PatternType.PREFIXED) return name.startsWith(resourceName);
  return resourceName === name || resourceName === WILDCARD;
}
