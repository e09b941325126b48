/**
 * What one can be allowed to do, with the numbers of the wire, and which operation implies which. Sets of operations are numbers with a bit for each,
 * as the wire has them where it tells what somebody may do. (org.apache.kafka.common.acl.AclOperation, AclEntry.)
 */
import { ResourceType } from './resource.ts';

export const AclOperation = {
  UNKNOWN: 0,
  /** In a filter: any. */
  ANY: 1,
  /** All of them, also those that a later version adds. */
  ALL: 2,
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
  CREATE_TOKENS: 13,
  DESCRIBE_TOKENS: 14,
  TWO_PHASE_COMMIT: 15,
} as const;
export type AclOperation = (typeof AclOperation)[keyof typeof AclOperation];

/** A set with a bit for each operation. */
export type OperationSet = number;

export const NO_OPERATIONS: OperationSet = 0;
export const ALL_OPERATIONS: OperationSet = 0x7fff_ffff;

export function setOf(...operations: readonly AclOperation[]): OperationSet {
  return operations.reduce((set, operation) => set | (1 << operation), NO_OPERATIONS);
}

export function hasOperation(set: OperationSet, operation: AclOperation): boolean {
  return (set & (1 << operation)) !== 0;
}

/** What a rule for `operation` denies, and what it allows before anything is implied. */
export function operationsOf(operation: AclOperation): OperationSet {
  return operation === AclOperation.ALL ? ALL_OPERATIONS : setOf(operation);
}

const { READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS } = AclOperation;
const { IDEMPOTENT_WRITE, CREATE_TOKENS, DESCRIBE_TOKENS, TWO_PHASE_COMMIT } = AclOperation;

const IMPLY_DESCRIBE = setOf(READ, WRITE, DELETE, ALTER);

/** What a rule that allows `operation` allows. A rule that denies implies nothing: who may not read may still describe. */
export function allowedBy(operation: AclOperation): OperationSet {
  if (hasOperation(IMPLY_DESCRIBE, operation)) return setOf(operation, DESCRIBE);
  if (operation === ALTER_CONFIGS) return setOf(operation, DESCRIBE_CONFIGS);
  return operationsOf(operation);
}

const supported: Partial<Record<ResourceType, OperationSet>> = {
  [ResourceType.TOPIC]: setOf(READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
  [ResourceType.GROUP]: setOf(READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
  [ResourceType.CLUSTER]: setOf(
    CREATE,
    ALTER,
    DESCRIBE,
    CLUSTER_ACTION,
    DESCRIBE_CONFIGS,
    ALTER_CONFIGS,
    IDEMPOTENT_WRITE,
  ),
  [ResourceType.TRANSACTIONAL_ID]: setOf(WRITE, DESCRIBE, TWO_PHASE_COMMIT),
  [ResourceType.DELEGATION_TOKEN]: setOf(DESCRIBE),
  [ResourceType.USER]: setOf(CREATE_TOKENS, DESCRIBE_TOKENS),
};

/** What can be done with a resource of a type at all. */
export function supportedOperations(resourceType: ResourceType): OperationSet {
  return supported[resourceType] ?? NO_OPERATIONS;
}
