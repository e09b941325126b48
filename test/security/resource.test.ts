import { expect, test } from 'vitest';
import { AclPermission } from '#millrace/security/acl-binding.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { codeOfName, nameOfCode, PatternType, ResourceType } from '#millrace/security/resource.js';

test('the numbers are those of the wire', () => {
  // ResourceType, PatternType, AclOperation and AclPermissionType of Kafka's clients, in the order of their codes.
  expect(Object.entries(ResourceType).map(([name, code]) => `${code} ${name}`)).toEqual(
    ['UNKNOWN', 'ANY', 'TOPIC', 'GROUP', 'CLUSTER', 'TRANSACTIONAL_ID', 'DELEGATION_TOKEN', 'USER'].map(
      (name, code) => `${code} ${name}`,
    ),
  );
  expect(Object.keys(PatternType)).toEqual(['UNKNOWN', 'ANY', 'MATCH', 'LITERAL', 'PREFIXED']);
  expect(Object.values(PatternType)).toEqual([0, 1, 2, 3, 4]);
  expect(Object.values(AclPermission)).toEqual([0, 1, 2, 3]);
  expect([AclOperation.READ, AclOperation.DESCRIBE, AclOperation.IDEMPOTENT_WRITE, AclOperation.ALL]).toEqual([
    3, 8, 12, 2,
  ]);
});

test('names and codes', () => {
  expect([2, 7, 0, 8, -1, 2.5].map((code) => nameOfCode(ResourceType, code))).toEqual([
    'TOPIC',
    'USER',
    'UNKNOWN',
    'UNKNOWN',
    'UNKNOWN',
    'UNKNOWN',
  ]);
  expect(['TOPIC', 'topic', 'toString', '', undefined, 2].map((name) => codeOfName(ResourceType, name))).toEqual([
    2,
    null,
    null,
    null,
    null,
    null,
  ]);
});
