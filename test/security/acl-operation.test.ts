import { expect, test } from 'vitest';
import {
  ALL_OPERATIONS,
  AclOperation,
  allowedBy,
  hasOperation,
  operationsOf,
  type OperationSet,
  setOf,
  supportedOperations,
} from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';

function namesOf(set: OperationSet): string[] {
  return Object.entries(AclOperation).flatMap(([name, code]) => (hasOperation(set, code) ? [name] : []));
}

test('a set has a bit for each operation', () => {
  expect(setOf()).toBe(0);
  expect(setOf(AclOperation.READ, AclOperation.WRITE)).toBe(0b11000);
  expect(namesOf(ALL_OPERATIONS)).toEqual(Object.keys(AclOperation));
  expect(namesOf(operationsOf(AclOperation.DELETE))).toEqual(['DELETE']);
  expect(operationsOf(AclOperation.ALL)).toBe(ALL_OPERATIONS);
});

test.each([
  ['READ', ['READ', 'DESCRIBE']],
  ['WRITE', ['WRITE', 'DESCRIBE']],
  ['DELETE', ['DELETE', 'DESCRIBE']],
  ['ALTER', ['ALTER', 'DESCRIBE']],
  ['ALTER_CONFIGS', ['DESCRIBE_CONFIGS', 'ALTER_CONFIGS']],
  ['CREATE', ['CREATE']],
  ['DESCRIBE', ['DESCRIBE']],
  ['DESCRIBE_CONFIGS', ['DESCRIBE_CONFIGS']],
  ['CLUSTER_ACTION', ['CLUSTER_ACTION']],
  ['IDEMPOTENT_WRITE', ['IDEMPOTENT_WRITE']],
  ['CREATE_TOKENS', ['CREATE_TOKENS']],
  ['DESCRIBE_TOKENS', ['DESCRIBE_TOKENS']],
  ['TWO_PHASE_COMMIT', ['TWO_PHASE_COMMIT']],
  ['ALL', Object.keys(AclOperation)],
] as const)('%s allows %j', (operation, names) => {
  expect(namesOf(allowedBy(AclOperation[operation]))).toEqual(names);
});

test('what can be done with each type', () => {
  expect(namesOf(supportedOperations(ResourceType.TOPIC))).toEqual([
    'READ',
    'WRITE',
    'CREATE',
    'DELETE',
    'ALTER',
    'DESCRIBE',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
  ]);
  expect(namesOf(supportedOperations(ResourceType.CLUSTER))).toEqual([
    'CREATE',
    'ALTER',
    'DESCRIBE',
    'CLUSTER_ACTION',
    'DESCRIBE_CONFIGS',
    'ALTER_CONFIGS',
    'IDEMPOTENT_WRITE',
  ]);
  expect(namesOf(supportedOperations(ResourceType.GROUP))).toContain('READ');
  expect(namesOf(supportedOperations(ResourceType.TRANSACTIONAL_ID))).toEqual([
    'WRITE',
    'DESCRIBE',
    'TWO_PHASE_COMMIT',
  ]);
  expect(namesOf(supportedOperations(ResourceType.ANY))).toEqual([]);
});
