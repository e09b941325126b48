import { expect, test } from 'vitest';
import { allowedBy, AclOperation, operationsOf, setOf } from '#millrace/security/acl-operation.js';
import { Rights, RuleSet } from '#millrace/security/rule-set.js';
import { allow, deny } from './acl-rig.ts';

function rightsAt(set: RuleSet, host: string): Rights {
  const rights = new Rights();
  set.collect(host, rights);
  return rights;
}

test('rules add up, with what they imply beside what they say', () => {
  const set = new RuleSet();
  expect(set.isEmpty).toBe(true);
  set.add(allow('READ', 'x'));
  set.add(allow('CREATE', 'x'));
  set.add(deny('DESCRIBE', 'x'));
  const rights = rightsAt(set, '10.0.0.7');
  expect(rights.allowed).toBe(allowedBy(AclOperation.READ) | setOf(AclOperation.CREATE));
  expect(rights.allowedInWords).toBe(setOf(AclOperation.READ, AclOperation.CREATE));
  expect(rights.denied).toBe(setOf(AclOperation.DESCRIBE));
  rights.clear();
  expect(rights).toEqual(new Rights());
});

test('each host has its own, whatever its spelling', () => {
  const set = new RuleSet();
  const [read, write, all, create] = [
    { ...allow('READ', 'x'), host: '0:0:0:0:0:0:0:1' },
    { ...allow('WRITE', 'x'), host: '10.0.0.0/8' },
    { ...deny('ALL', 'x'), host: '10.0.0.7' },
    allow('CREATE', 'x'),
  ];
  for (const rule of [read, write, all, create]) set.add(rule);
  const createOnly = allowedBy(AclOperation.CREATE);
  expect(rightsAt(set, '::1')).toMatchObject({ allowed: createOnly | allowedBy(AclOperation.READ), denied: 0 });
  expect(rightsAt(set, '10.0.0.8')).toMatchObject({ allowed: createOnly | allowedBy(AclOperation.WRITE), denied: 0 });
  expect(rightsAt(set, '10.0.0.7').denied).toBe(operationsOf(AclOperation.ALL));
  expect(rightsAt(set, '192.168.0.1')).toMatchObject({ allowed: createOnly, denied: 0 });

  set.remove(new Set([write, all]));
  expect(rightsAt(set, '10.0.0.7')).toMatchObject({ allowed: createOnly, denied: 0 });
  expect(set.isEmpty).toBe(false);
  set.remove(new Set([read, create, { ...create }]));
  expect(set.isEmpty).toBe(true);
  expect(rightsAt(set, '::1')).toEqual(new Rights());
});

test('the same is said twice: one goes, the other stays', () => {
  const set = new RuleSet();
  const [exact, ranged] = [
    { ...allow('READ', 'x'), host: '10.0.0.7' },
    { ...allow('READ', 'x'), host: '10.0.0.0/8' },
  ];
  set.add(exact);
  set.add(ranged);
  set.add({ ...allow('WRITE', 'x'), host: '10.0.0.0/8' });
  set.remove(new Set([exact]));
  expect(rightsAt(set, '10.0.0.7').allowedInWords).toBe(setOf(AclOperation.READ, AclOperation.WRITE));
});
