/** A rule of access: who, from where, may or may not do what, with which resources. (org.apache.kafka.common.acl.AclBinding.) */
import { MillraceError } from '../errors.ts';
import { ACL_STRING_BYTES_MAX } from '../limits.ts';
import { AclOperation } from './acl-operation.ts';
import { Subnet } from './host-address.ts';
import { principalParts } from './principal.ts';
import { CLUSTER_NAME, nameOfCode, PatternType, ResourceType } from './resource.ts';

export const AclPermission = {
  UNKNOWN: 0,
  /** In a filter: either. */
  ANY: 1,
  DENY: 2,
  ALLOW: 3,
} as const;
export type AclPermission = (typeof AclPermission)[keyof typeof AclPermission];

/** In the place of a host: any. */
export const ANY_HOST = '*';

/** Flat, as the wire has it. */
export interface AclBinding {
  readonly resourceType: ResourceType;
  readonly resourceName: string;
  readonly patternType: PatternType;
  readonly principal: string;
  /** An address, a range of them such as `10.0.0.0/8`, or `*`. The name of a host is taken, as by Kafka, and is nobody's address. */
  readonly host: string;
  readonly operation: AclOperation;
  readonly permission: AclPermission;
}

/** The same for two bindings that say the same. */
export function bindingKey(binding: AclBinding): string {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = binding;
  return JSON.stringify([resourceType, patternType, operation, permission, resourceName, principal, host]);
}

/** ERR_MILLRACE_INVALID_ARGUMENT (Kafka: INVALID_REQUEST) for a rule that could never be meant so. */
export function checkBinding(binding: AclBinding): void {
  const { resourceType, resourceName, patternType, principal, host, operation, permission } = binding;
  checkCode('resource type', ResourceType, resourceType, 'ANY');
  checkCode('pattern type', PatternType, patternType, 'ANY', 'MATCH');
  checkCode('operation', AclOperation, operation, 'ANY');
  checkCode('permission', AclPermission, permission, 'ANY');
  checkString('resource name', resourceName);
  checkString('principal', principal);
  checkString('host', host);
  principalParts(principal);
  if (resourceType === ResourceType.CLUSTER && resourceName !== CLUSTER_NAME)
    throw invalid(`the only name of the cluster is ${CLUSTER_NAME}, got ${JSON.stringify(resourceName)}`);
  if (host.includes('/')) Subnet.parse(host);
}

function checkCode(what: string, table: Readonly<Record<string, number>>, code: number, ...filters: string[]): void {
  const name = nameOfCode(table, code);
  if (name === 'UNKNOWN' || filters.includes(name)) throw invalid(`no ${what} of an ACL is ${name} (${code})`);
}

function checkString(what: string, text: unknown): void {
  if (typeof text !== 'string' || text === '') throw invalid(`the ${what} of an ACL must not be empty`);
  // No character has more than three bytes of UTF-8 a unit.
  if (text.length * 3 > ACL_STRING_BYTES_MAX && Buffer.byteLength(text, 'utf8') > ACL_STRING_BYTES_MAX)
    throw invalid(`the ${what} of an ACL has more than ${ACL_STRING_BYTES_MAX} bytes`);
}

function invalid(found: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', found);
}
