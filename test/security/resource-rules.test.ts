import { expect, test } from 'vitest';
import { AclOperation, hasOperation } from '#millrace/security/acl-operation.js';
import type { AclBinding } from '#millrace/security/acl-binding.js';
import { ResourceRules } from '#millrace/security/resource-rules.js';
import { Rights } from '#millrace/security/rule-set.js';
import { allow } from './acl-rig.ts';

function allowedOn(rules: ResourceRules, name: string, prefixedOnly = false): string[] {
  const rights = new Rights();
  if (prefixedOnly) rules.collectPrefixed(name, '::1', rights);
  else rules.collect(name, '::1', rights);
  return Object.entries(AclOperation).flatMap(([operation, code]) =>
    hasOperation(rights.allowedInWords, code) ? [operation] : [],
  );
}

function rulesOf(...bindings: AclBinding[]): ResourceRules {
  const rules = new ResourceRules();
  for (const binding of bindings) rules.add(binding);
  return rules;
}

test('a name has the rules of its own, of its beginnings, and of all', () => {
  const rules = rulesOf(
    allow('READ', 'orders'),
    allow('WRITE', 'or*'),
    allow('CREATE', 'orders.eu*'),
    allow('DELETE', 'o*'),
    allow('ALTER', '*'),
  );
  expect(allowedOn(rules, 'orders')).toEqual(['READ', 'WRITE', 'DELETE', 'ALTER']);
  expect(allowedOn(rules, 'orders', true)).toEqual(['WRITE', 'DELETE']);
  expect(allowedOn(rules, 'orders.eu')).toEqual(['WRITE', 'CREATE', 'DELETE', 'ALTER']);
  expect(allowedOn(rules, 'orders.e')).toEqual(['WRITE', 'DELETE', 'ALTER']);
  expect(allowedOn(rules, 'o')).toEqual(['DELETE', 'ALTER']);
  expect(allowedOn(rules, 'xorders')).toEqual(['ALTER']);
  expect(allowedOn(rules, '*')).toEqual(['ALTER']);
  expect(allowedOn(rules, '')).toEqual(['ALTER']);
});

test('it knows whether a name has rules at all', () => {
  const rules = rulesOf(allow('READ', 'orders'), allow('READ', 'pay*'));
  expect(['orders', 'payments', 'pay'].map((name) => rules.has(name))).toEqual([true, true, true]);
  expect(['order', 'orders2', 'pa', ''].map((name) => rules.has(name))).toEqual([false, false, false, false]);
  rules.add(allow('READ', '*'));
  expect(rules.has('whatever')).toBe(true);
});

test('rules go, and with the last one of a pattern the pattern', () => {
  const [literal, again, prefix, same, all] = [
    allow('READ', 'orders'),
    allow('WRITE', 'orders'),
    allow('READ', 'or*'),
    allow('CREATE', 'pa*'),
    allow('READ', '*'),
  ];
  const rules = rulesOf(literal, again, prefix, same, all);
  rules.remove(new Set([literal, prefix]));
  expect(allowedOn(rules, 'orders')).toEqual(['READ', 'WRITE']);
  expect(allowedOn(rules, 'orders', true)).toEqual([]);
  // Another prefix of that length is still there.
  expect(allowedOn(rules, 'payments')).toEqual(['READ', 'CREATE']);
  rules.remove(new Set([all]));
  expect(rules.wildcard).toBeNull();
  expect(rules.has('xyz')).toBe(false);
  expect(rules.isEmpty).toBe(false);
  rules.remove(new Set([again, same, allow('READ', 'never there')]));
  expect(rules.isEmpty).toBe(true);
  expect(rules.has('payments')).toBe(false);
});
