/** Rules in few words, for tests: `allow('READ').of('TOPIC', 'orders')`, to be varied with `{ ...rule, host }`. */
import { type AclBinding, AclPermission } from '#millrace/security/acl-binding.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { PatternType, ResourceType } from '#millrace/security/resource.js';

export const ALICE = 'User:alice';
export const BOB = 'User:bob';

type OperationName = keyof typeof AclOperation;

function rule(
  permission: AclPermission,
  operation: OperationName,
  principal: string,
  resourceName: string,
): AclBinding {
  // A name that ends with * and is longer is a prefix.
  const isPrefix = resourceName.length > 1 && resourceName.endsWith('*');
  return {
    resourceType: ResourceType.TOPIC,
    resourceName: isPrefix ? resourceName.slice(0, -1) : resourceName,
    patternType: isPrefix ? PatternType.PREFIXED : PatternType.LITERAL,
    principal,
    host: '*',
    operation: AclOperation[operation],
    permission,
  };
}

export function allow(operation: OperationName, resourceName: string, principal = ALICE): AclBinding {
  return rule(AclPermission.ALLOW, operation, principal, resourceName);
}

export function deny(operation: OperationName, resourceName: string, principal = ALICE): AclBinding {
  return rule(AclPermission.DENY, operation, principal, resourceName);
}
