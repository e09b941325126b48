import { expect, test } from 'vitest';
import { type AclBinding, bindingKey, checkBinding } from '#millrace/security/acl-binding.js';
import { PatternType, ResourceType } from '#millrace/security/resource.js';
import { allow, deny } from './acl-rig.ts';

const good = allow('READ', 'orders');

test.each<[string, Partial<AclBinding>]>([
  ['as it is', {}],
  ['for all resources', { resourceName: '*' }],
  ['by prefix', { patternType: PatternType.PREFIXED }],
  ['for the cluster', { resourceType: ResourceType.CLUSTER, resourceName: 'kafka-cluster' }],
  ['of another type of principal', { principal: 'Group:a:b' }],
  ['for an address', { host: '10.0.0.7' }],
  ['for a range', { host: '10.0.0.0/8' }],
  ['for a range of IPv6', { host: '2001:db8::/32' }],
  ['for the name of a host', { host: 'example.org' }],
  ['for anything', { operation: 2 }],
])('a rule %s is one', (_what, part) => {
  expect(() => checkBinding({ ...good, ...part })).not.toThrow();
});

test.each<[string, Partial<Record<keyof AclBinding, unknown>>, string]>([
  ['any resource type', { resourceType: 1 }, 'no resource type of an ACL is ANY (1)'],
  ['an unknown resource type', { resourceType: 0 }, 'no resource type of an ACL is UNKNOWN (0)'],
  ['a later resource type', { resourceType: 99 }, 'no resource type of an ACL is UNKNOWN (99)'],
  ['a matching pattern', { patternType: 2 }, 'no pattern type of an ACL is MATCH (2)'],
  ['any pattern', { patternType: 1 }, 'no pattern type of an ACL is ANY (1)'],
  ['any operation', { operation: 1 }, 'no operation of an ACL is ANY (1)'],
  ['any permission', { permission: 1 }, 'no permission of an ACL is ANY (1)'],
  ['no name', { resourceName: '' }, 'the resource name of an ACL must not be empty'],
  ['a name that is none', { resourceName: undefined }, 'the resource name of an ACL must not be empty'],
  [
    'a name beyond its bound',
    { resourceName: 'x'.repeat(32_768) },
    'the resource name of an ACL has more than 32767 bytes',
  ],
  ['no type of principal', { principal: 'alice' }, 'got "alice"'],
  ['no host', { host: '' }, 'the host of an ACL must not be empty'],
  ['a range that is none', { host: '10.0.0.0/33' }, 'got "10.0.0.0/33"'],
  ['a cluster of another name', { resourceType: 4 }, 'the only name of the cluster is kafka-cluster, got "orders"'],
])('%s is refused', (_what, part, found) => {
  expect(() => checkBinding({ ...good, ...part } as AclBinding)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: expect.stringContaining(found) }),
  );
});

test('a key is that of what is said', () => {
  expect(bindingKey({ ...good })).toBe(bindingKey(good));
  const others = [
    deny('READ', 'orders'),
    allow('WRITE', 'orders'),
    allow('READ', 'orders*'),
    allow('READ', 'orders', 'User:bob'),
    { ...good, host: '::1' },
    { ...good, resourceType: ResourceType.GROUP },
    { ...good, resourceName: 'orders","User:alice' },
  ];
  expect(new Set([good, ...others].map(bindingKey)).size).toBe(8);
});
