/**
 * The authorizer against a slow, plain reading of Kafka's documented rules, with random rules that come and go: few names, hosts and principals, so that most
 * rules speak of what is asked for. A failure prints its seed.
 */
import { expect, test } from 'vitest';
import { type AclBinding, AclPermission } from '#millrace/security/acl-binding.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ANY_ACL } from '#millrace/security/acl-filter.js';
import { Acls } from '#millrace/security/acls.js';
import { Authorizer } from '#millrace/security/authorizer.js';
import { PatternType, ResourceType } from '#millrace/security/resource.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random, seedsOf } from '../support/random.ts';

const { TOPIC, GROUP } = ResourceType;
const PRINCIPALS = ['User:alice', 'User:bob', 'User:*', 'Group:alice'];
const NAMES = ['*', 'a', 'ab', 'abc', 'abcd', 'b', 'ba', 'hardcode', 'hard'];
const HOSTS = ['*', '10.0.0.1', '10.0.0.2', '10.0.0.0/30', '10.0.0.2/31', '0:0:0:0:0:0:0:1', '::/64'];
const CLIENT_HOSTS = ['10.0.0.1', '10.0.0.2', '192.168.0.1', '::1'];
const OPERATIONS = Object.values(AclOperation).filter((operation) => operation > AclOperation.ANY);
const SUPER_USER = 'User:root';

function randomRule(random: Random): AclBinding {
  return {
    resourceType: random.pick([TOPIC, TOPIC, GROUP]),
    resourceName: random.pick(NAMES),
    patternType: random.pick([PatternType.LITERAL, PatternType.PREFIXED]),
    principal: random.pick(PRINCIPALS),
    host: random.pick(HOSTS),
    operation: random.pick(OPERATIONS),
    permission: random.chance(0.75) ? AclPermission.ALLOW : AclPermission.DENY,
  };
}

interface Question {
  readonly principal: string;
  readonly host: string;
  readonly operation: AclOperation;
  readonly type: ResourceType;
  readonly name: string;
}

interface Settings {
  readonly allowEveryone: boolean;
}

/** Which hosts of this test a rule's host has. */
const hostsOf: Record<string, readonly string[]> = {
  '*': CLIENT_HOSTS,
  '10.0.0.1': ['10.0.0.1'],
  '10.0.0.2': ['10.0.0.2'],
  '10.0.0.0/30': ['10.0.0.1', '10.0.0.2'],
  '10.0.0.2/31': ['10.0.0.2'],
  '0:0:0:0:0:0:0:1': ['::1'],
  '::/64': ['::1'],
};

/** What is allowed where it is not said: the documentation of AclOperation. */
function implies(said: AclOperation, asked: AclOperation): boolean {
  const { READ, WRITE, DELETE, ALTER, ALTER_CONFIGS, DESCRIBE, DESCRIBE_CONFIGS } = AclOperation;
  if (asked === DESCRIBE) return ([READ, WRITE, DELETE, ALTER] as AclOperation[]).includes(said);
  return asked === DESCRIBE_CONFIGS && said === ALTER_CONFIGS;
}

function speaksOf(rule: AclBinding, type: ResourceType, name: string): boolean {
  if (rule.resourceType !== type) return false;
  if (rule.patternType === PatternType.PREFIXED) return name.startsWith(rule.resourceName);
  return rule.resourceName === '*' || rule.resourceName === name;
}

function speaksTo(rule: AclBinding, { principal, host }: Question): boolean {
  return (rule.principal === principal || rule.principal === 'User:*') && hostsOf[rule.host].includes(host);
}

function says(rule: AclBinding, operation: AclOperation): boolean {
  return rule.operation === AclOperation.ALL || rule.operation === operation;
}

function slowAuthorize(rules: readonly AclBinding[], question: Question, { allowEveryone }: Settings): boolean {
  if (question.principal === SUPER_USER) return true;
  const ofResource = rules.filter((rule) => speaksOf(rule, question.type, question.name));
  if (ofResource.length === 0) return allowEveryone;
  const toClient = ofResource.filter((rule) => speaksTo(rule, question));
  const { operation } = question;
  if (toClient.some((rule) => rule.permission === AclPermission.DENY && says(rule, operation))) return false;
  return toClient.some(
    (rule) => rule.permission === AclPermission.ALLOW && (says(rule, operation) || implies(rule.operation, operation)),
  );
}

/** The default of Kafka's interface Authorizer, over sets of names, as its comments tell it. */
function slowByType(rules: readonly AclBinding[], question: Question, settings: Settings): boolean {
  if (slowAuthorize(rules, { ...question, name: 'hardcode' }, settings)) return true;
  const fitting = rules.filter(
    (rule) => rule.resourceType === question.type && speaksTo(rule, question) && says(rule, question.operation),
  );
  const namesOf = (permission: AclPermission, pattern: PatternType): string[] =>
    fitting
      .filter((rule) => rule.permission === permission && rule.patternType === pattern)
      .map((rule) => rule.resourceName);
  const denied = namesOf(AclPermission.DENY, PatternType.LITERAL);
  const deniedPrefixes = namesOf(AclPermission.DENY, PatternType.PREFIXED);
  const allowed = namesOf(AclPermission.ALLOW, PatternType.LITERAL);
  if (denied.includes('*')) return false;
  if (allowed.includes('*')) return true;
  const isDominated = (name: string): boolean => deniedPrefixes.some((prefix) => name.startsWith(prefix));
  return (
    allowed.some((name) => !denied.includes(name) && !isDominated(name)) ||
    namesOf(AclPermission.ALLOW, PatternType.PREFIXED).some((prefix) => !isDominated(prefix))
  );
}

test.each(seedsOf(3))('seed %i', (seed) => {
  const random = new Random(seed);
  let [yes, no] = [0, 0];
  for (let life = 0; life < 25; life++) {
    const system = new MemoryFileSystem();
    system.makeDirectory('/data');
    const acls = Acls.load(system, '/data');
    const settings = { allowEveryone: random.chance(0.3) };
    const authorizer = new Authorizer(acls.index, {
      superUsers: new Set([SUPER_USER]),
      allowEveryoneIfNoAclFound: settings.allowEveryone,
    });
    for (let step = 0; step < 12; step++) {
      if (random.chance(0.75)) acls.create(Array.from({ length: random.between(1, 4) }, () => randomRule(random)));
      else
        acls.delete([
          {
            ...ANY_ACL,
            ...(random.chance(0.5) ? { resourceName: random.pick(NAMES) } : { principal: random.pick(PRINCIPALS) }),
          },
        ]);
      const rules = acls.list(ANY_ACL);
      for (let asked = 0; asked < 40; asked++) {
        const question: Question = {
          principal: random.pick([...PRINCIPALS, SUPER_USER, 'User:carol']),
          host: random.pick(CLIENT_HOSTS),
          operation: random.pick(OPERATIONS),
          type: random.pick([TOPIC, GROUP]),
          name: random.pick([...NAMES, 'abcde', 'x']),
        };
        const client = authorizer.client(question.principal, question.host);
        const answer = authorizer.authorize(client, question.operation, question.type, question.name);
        const byType = authorizer.authorizeByResourceType(client, question.operation, question.type);
        const expected = [slowAuthorize(rules, question, settings), slowByType(rules, question, settings)];
        // Text of all rules is made only for a failure.
        if (answer !== expected[0] || byType !== expected[1])
          expect([answer, byType], JSON.stringify({ seed, question, settings, rules })).toEqual(expected);
        if (answer) yes++;
        else no++;
      }
    }
    // What another start reads says the same.
    const again = new Authorizer(Acls.load(system, '/data').index);
    const before = new Authorizer(acls.index);
    for (const name of NAMES) {
      const client = before.client('User:alice', '10.0.0.2');
      expect(again.authorizedOperations(client, TOPIC, name)).toBe(before.authorizedOperations(client, TOPIC, name));
    }
  }
  // Questions of which all have one answer would find nothing.
  expect(Math.min(yes, no), `seed ${seed}: ${yes} yes, ${no} no`).toBeGreaterThan(500);
});
