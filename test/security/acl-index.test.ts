import { expect, test } from 'vitest';
import { AclIndex } from '#millrace/security/acl-index.js';
import { ResourceType } from '#millrace/security/resource.js';
import { ALICE, allow, BOB } from './acl-rig.ts';

const { TOPIC, GROUP } = ResourceType;

test('rules are found by principal and type, and known by resource for all', () => {
  const index = new AclIndex();
  const rules = [
    allow('READ', 'orders'),
    allow('READ', 'pay*', BOB),
    { ...allow('READ', 'orders'), resourceType: GROUP },
  ];
  for (const rule of rules) index.add(rule);
  expect(index.rulesOf(ALICE, TOPIC)?.has('orders')).toBe(true);
  expect(index.rulesOf(ALICE, TOPIC)?.has('payments')).toBe(false);
  expect(index.rulesOf(BOB, GROUP)).toBeUndefined();
  expect(index.rulesOf('User:carol', TOPIC)).toBeUndefined();
  expect(index.hasRules(TOPIC, 'payments')).toBe(true);
  expect(index.hasRules(GROUP, 'payments')).toBe(false);
  expect(index.hasRules(ResourceType.CLUSTER, 'kafka-cluster')).toBe(false);

  index.remove(new Set(rules.slice(0, 2)));
  expect(index.rulesOf(ALICE, TOPIC)).toBeUndefined();
  expect(index.rulesOf(BOB, TOPIC)).toBeUndefined();
  expect(index.rulesOf(ALICE, GROUP)?.has('orders')).toBe(true);
  expect(index.hasRules(TOPIC, 'orders')).toBe(false);
  expect(index.hasRules(GROUP, 'orders')).toBe(true);
  index.remove(new Set([rules[2], allow('READ', 'never there', 'User:carol')]));
  expect(index.rulesOf(ALICE, GROUP)).toBeUndefined();
  expect(index.hasRules(GROUP, 'orders')).toBe(false);
});
