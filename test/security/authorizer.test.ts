import { describe, expect, test } from 'vitest';
import type { AclBinding } from '#millrace/security/acl-binding.js';
import { AclIndex } from '#millrace/security/acl-index.js';
import { AclOperation, supportedOperations } from '#millrace/security/acl-operation.js';
import { Authorizer, type AuthorizerOptions } from '#millrace/security/authorizer.js';
import { parseSuperUsers } from '#millrace/security/principal.js';
import { ResourceType } from '#millrace/security/resource.js';
import { ALICE, allow, BOB, deny } from './acl-rig.ts';

const { TOPIC, GROUP } = ResourceType;
const { READ, WRITE, CREATE, DESCRIBE, DESCRIBE_CONFIGS, ALL } = AclOperation;
const EVERYBODY = 'User:*';

function authorizer(rules: readonly AclBinding[], options: AuthorizerOptions = {}): Authorizer {
  const index = new AclIndex();
  for (const rule of rules) index.add(rule);
  return new Authorizer(index, options);
}

function may(
  rules: readonly AclBinding[],
  operation: AclOperation,
  name = 'orders',
  { principal = ALICE, host = '10.0.0.7', ...options }: AuthorizerOptions & { principal?: string; host?: string } = {},
): boolean {
  const asked = authorizer(rules, options);
  return asked.authorize(asked.client(principal, host), operation, TOPIC, name);
}

describe('without a rule', () => {
  test('nothing is allowed, or everything', () => {
    expect(may([], READ)).toBe(false);
    expect(may([], READ, 'orders', { allowEveryoneIfNoAclFound: true })).toBe(true);
  });

  test('everything with a resource only until a rule speaks of it, whoever it is for', () => {
    const options = { allowEveryoneIfNoAclFound: true };
    for (const pattern of ['orders', 'or*', '*'])
      expect(may([allow('CREATE', pattern, BOB)], READ, 'orders', options), pattern).toBe(false);
    expect(may([allow('CREATE', 'payments', BOB), allow('READ', 'p*')], READ, 'orders', options)).toBe(true);
    expect(may([{ ...allow('CREATE', 'orders', BOB), resourceType: GROUP }], READ, 'orders', options)).toBe(true);
    expect(may([allow('READ', 'orders', BOB)], READ, 'orders', { ...options, principal: BOB })).toBe(true);
  });
});

test('a rule is for one principal, or for all users', () => {
  expect(may([allow('READ', 'orders', BOB)], READ)).toBe(false);
  expect(may([allow('READ', 'orders', EVERYBODY)], READ)).toBe(true);
  expect(may([allow('READ', 'orders', 'User:al*')], READ)).toBe(false);
  expect(may([allow('READ', 'orders', 'Group:alice')], READ)).toBe(false);
  expect(may([allow('READ', 'orders', EVERYBODY)], READ, 'orders', { principal: 'User:ANONYMOUS' })).toBe(true);
  // StandardAuthorizer takes the wildcard for every principal, whatever its type.
  expect(may([allow('READ', 'orders', EVERYBODY)], READ, 'orders', { principal: 'Group:x' })).toBe(true);
  expect(may([allow('READ', 'orders', EVERYBODY)], READ, 'orders', { principal: EVERYBODY })).toBe(true);
});

test('a rule is for one host, a range, or all', () => {
  const from = (host: string): AclBinding[] => [{ ...allow('READ', 'orders'), host }];
  expect(may(from('10.0.0.7'), READ)).toBe(true);
  expect(may(from('10.0.0.8'), READ)).toBe(false);
  expect(may(from('10.0.0.0/24'), READ)).toBe(true);
  expect(may(from('10.0.1.0/24'), READ)).toBe(false);
  expect(may(from('10.0.0.7'), READ, 'orders', { host: '::ffff:10.0.0.7' })).toBe(true);
  expect(may(from('0:0:0:0:0:0:0:1'), READ, 'orders', { host: '::1' })).toBe(true);
});

test('to deny wins, from wherever it comes', () => {
  for (const pattern of ['orders', 'or*', '*'])
    for (const principal of [ALICE, EVERYBODY])
      expect(may([allow('ALL', 'orders'), deny('READ', pattern, principal)], READ), pattern).toBe(false);
  expect(
    may([allow('ALL', 'orders'), deny('READ', 'payments'), deny('READ', 'pa*'), deny('READ', 'orders', BOB)], READ),
  ).toBe(true);
  expect(may([allow('ALL', 'orders'), { ...deny('READ', 'orders'), host: '10.0.0.8' }], READ)).toBe(true);
  expect(may([deny('CREATE', 'orders')], READ, 'orders', { allowEveryoneIfNoAclFound: true })).toBe(false);
});

test('to be allowed implies to describe; to be denied implies nothing', () => {
  for (const operation of ['READ', 'WRITE', 'DELETE', 'ALTER'] as const)
    expect(may([allow(operation, 'orders')], DESCRIBE), operation).toBe(true);
  expect(may([allow('CREATE', 'orders')], DESCRIBE)).toBe(false);
  expect(may([allow('ALTER_CONFIGS', 'orders')], DESCRIBE_CONFIGS)).toBe(true);
  expect(may([allow('ALTER_CONFIGS', 'orders')], DESCRIBE)).toBe(false);
  expect(may([allow('DESCRIBE', 'orders')], READ)).toBe(false);
  expect(may([allow('DESCRIBE', 'orders'), deny('READ', 'orders')], DESCRIBE)).toBe(true);
  expect(may([allow('READ', 'orders'), deny('DESCRIBE', 'orders')], READ)).toBe(true);
  expect(may([allow('READ', 'orders'), deny('DESCRIBE', 'orders')], DESCRIBE)).toBe(false);
  expect(may([allow('READ', 'orders')], ALL)).toBe(false);
  expect(may([allow('ALL', 'orders')], ALL)).toBe(true);
});

test('super users may do everything, as they are written', () => {
  const superUsers = parseSuperUsers('User:alice;User:CN=bob,O=x');
  expect(may([deny('ALL', '*', EVERYBODY)], READ, 'orders', { superUsers })).toBe(true);
  expect(may([], READ, 'orders', { superUsers, principal: 'User:CN=bob,O=x' })).toBe(true);
  expect(may([], READ, 'orders', { superUsers, principal: 'User:Alice' })).toBe(false);
  expect(may([], READ, 'orders', { superUsers: new Set([EVERYBODY]) })).toBe(false);
  expect(() => new Authorizer(new AclIndex(), { superUsers: new Set(['alice']) })).toThrow('"alice"');
});

test('what a client may do with a resource, as the wire tells it', () => {
  const asked = authorizer([allow('READ', 'orders'), allow('ALL', 'pay*'), deny('DELETE', '*')], {
    superUsers: new Set([BOB]),
  });
  const alice = asked.client(ALICE, '::1');
  expect(asked.authorizedOperations(alice, TOPIC, 'orders')).toBe((1 << READ) | (1 << DESCRIBE));
  expect(asked.authorizedOperations(alice, TOPIC, 'payments')).toBe(
    supportedOperations(TOPIC) & ~(1 << AclOperation.DELETE),
  );
  expect(asked.authorizedOperations(asked.client(BOB, '::1'), TOPIC, 'x')).toBe(supportedOperations(TOPIC));
});

test('rules that come and go count at once', () => {
  const index = new AclIndex();
  const asked = new Authorizer(index);
  const alice = asked.client(ALICE, '::1');
  const rule = allow('READ', 'orders');
  expect(asked.authorize(alice, READ, TOPIC, 'orders')).toBe(false);
  index.add(rule);
  expect(asked.authorize(alice, READ, TOPIC, 'orders')).toBe(true);
  index.remove(new Set([rule]));
  expect(asked.authorize(alice, READ, TOPIC, 'orders')).toBe(false);
});

describe('with any resource of a type', () => {
  const mayAny = (
    rules: readonly AclBinding[],
    operation = WRITE as AclOperation,
    options: AuthorizerOptions = {},
  ): boolean => {
    const asked = authorizer(rules, options);
    return asked.authorizeByResourceType(asked.client(ALICE, '10.0.0.7'), operation, TOPIC);
  };

  test('a rule that allows is enough', () => {
    expect(mayAny([])).toBe(false);
    for (const pattern of ['orders', 'or*', '*']) {
      expect(mayAny([allow('WRITE', pattern)]), pattern).toBe(true);
      expect(mayAny([allow('ALL', pattern, EVERYBODY)]), pattern).toBe(true);
      expect(mayAny([allow('WRITE', pattern, BOB)]), pattern).toBe(false);
      expect(mayAny([{ ...allow('WRITE', pattern), host: '10.0.0.8' }]), pattern).toBe(false);
      expect(mayAny([{ ...allow('WRITE', pattern), host: '10.0.0.0/8' }]), pattern).toBe(true);
    }
    expect(mayAny([{ ...allow('WRITE', 'orders'), resourceType: GROUP }])).toBe(false);
    expect(mayAny([], CREATE, { allowEveryoneIfNoAclFound: true })).toBe(true);
    expect(mayAny([deny('ALL', '*')], WRITE, { superUsers: new Set([ALICE]) })).toBe(true);
  });

  test('unless another denies all that it allows', () => {
    expect(mayAny([allow('WRITE', 'orders'), deny('WRITE', '*')])).toBe(false);
    expect(mayAny([allow('WRITE', '*'), deny('ALL', '*', EVERYBODY)])).toBe(false);
    expect(mayAny([allow('WRITE', 'orders'), deny('WRITE', 'orders')])).toBe(false);
    expect(mayAny([allow('WRITE', 'orders'), deny('WRITE', 'orders', EVERYBODY)])).toBe(false);
    expect(mayAny([allow('WRITE', 'orders'), deny('WRITE', 'or*', EVERYBODY)])).toBe(false);
    expect(mayAny([allow('WRITE', 'orders*'), deny('WRITE', 'or*')])).toBe(false);
    expect(mayAny([allow('WRITE', 'orders*'), deny('WRITE', 'orders*')])).toBe(false);
    expect(mayAny([allow('WRITE', 'or*'), deny('WRITE', 'orders*'), deny('WRITE', 'or')])).toBe(true);
    expect(mayAny([allow('WRITE', 'orders'), deny('WRITE', 'orders2'), deny('READ', 'orders')])).toBe(true);
    expect(mayAny([allow('WRITE', 'orders'), allow('WRITE', 'x'), deny('WRITE', 'orders')])).toBe(true);
    expect(mayAny([allow('WRITE', 'orders'), { ...deny('WRITE', 'orders'), host: '10.0.0.8' }])).toBe(true);
    expect(mayAny([allow('WRITE', '*'), deny('WRITE', 'o*'), deny('WRITE', 'hardcode')])).toBe(true);
  });

  test('what a rule implies does not count, but for the name that is asked for first', () => {
    expect(mayAny([allow('WRITE', 'orders')], DESCRIBE)).toBe(false);
    expect(mayAny([allow('WRITE', '*')], DESCRIBE)).toBe(true);
    expect(mayAny([allow('WRITE', 'hardcode')], DESCRIBE)).toBe(true);
  });
});
