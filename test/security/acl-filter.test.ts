import { expect, test } from 'vitest';
import { type AclFilter, ANY_ACL, appliesTo, checkFilter, matchesFilter } from '#millrace/security/acl-filter.js';
import { PatternType, ResourceType } from '#millrace/security/resource.js';
import { ALICE, allow, BOB, deny } from './acl-rig.ts';

const rules = {
  orders: allow('READ', 'orders'),
  ordersOfBob: { ...deny('WRITE', 'orders', BOB), host: '10.0.0.7' },
  or: allow('READ', 'or*'),
  orders2: allow('READ', 'orders.eu*'),
  all: allow('READ', '*'),
  group: { ...allow('READ', 'orders'), resourceType: ResourceType.GROUP },
};
type RuleName = keyof typeof rules;
const names = Object.keys(rules) as RuleName[];

const { ANY, MATCH, LITERAL, PREFIXED } = PatternType;

test.each<[string, Partial<AclFilter>, RuleName[]]>([
  ['anything', {}, names],
  ['a type', { resourceType: ResourceType.GROUP }, ['group']],
  ['a principal', { principal: BOB }, ['ordersOfBob']],
  ['a host, as it is written', { host: '10.0.0.7' }, ['ordersOfBob']],
  ['any host', { host: '*' }, names.filter((name) => name !== 'ordersOfBob')],
  ['a permission', { permission: 2 }, ['ordersOfBob']],
  ['an operation, and not what implies it', { operation: 8 }, []],
  ['an operation', { operation: 4 }, ['ordersOfBob']],
  ['a name of any pattern', { resourceName: 'orders', patternType: ANY }, ['orders', 'ordersOfBob', 'group']],
  ['the name of a prefix', { resourceName: 'or', patternType: ANY }, ['or']],
  ['literal patterns', { patternType: LITERAL }, ['orders', 'ordersOfBob', 'all', 'group']],
  ['a literal name', { patternType: LITERAL, resourceName: 'or' }, []],
  ['the wildcard', { patternType: LITERAL, resourceName: '*' }, ['all']],
  ['prefixes', { patternType: PREFIXED }, ['or', 'orders2']],
  ['a prefix', { patternType: PREFIXED, resourceName: 'orders.eu' }, ['orders2']],
  ['what applies', { patternType: MATCH, resourceName: 'orders' }, ['orders', 'ordersOfBob', 'or', 'all', 'group']],
  ['what applies to another', { patternType: MATCH, resourceName: 'orders.eu.west' }, ['or', 'orders2', 'all']],
  ['what applies to whatever', { patternType: MATCH }, names],
  ['several parts', { principal: ALICE, resourceType: ResourceType.TOPIC, patternType: LITERAL }, ['orders', 'all']],
])('%s', (_what, part, expected) => {
  const filter = { ...ANY_ACL, ...part };
  checkFilter(filter);
  expect(names.filter((name) => matchesFilter(filter, rules[name]))).toEqual(expected);
});

test.each<Partial<AclFilter>>([{ resourceType: 0 }, { patternType: 0 }, { operation: 0 }, { permission: 0 }])(
  'a filter of an unknown kind is refused: %j',
  (part) => {
    const refusal = expect.objectContaining({
      code: 'ERR_MILLRACE_INVALID_ARGUMENT',
      message: expect.stringMatching(/^no .* of a filter is UNKNOWN \((?:0|99)\)$/),
    });
    expect(() => checkFilter({ ...ANY_ACL, ...part })).toThrow(refusal);
    const later = Object.fromEntries(Object.keys(part).map((name) => [name, 99]));
    expect(() => checkFilter({ ...ANY_ACL, ...later })).toThrow(refusal);
  },
);

test('a rule applies by its name, by its beginning, or to all', () => {
  expect(appliesTo(rules.orders, 'orders')).toBe(true);
  expect(appliesTo(rules.orders, 'orders2')).toBe(false);
  expect(appliesTo(rules.or, 'or')).toBe(true);
  expect(appliesTo(rules.or, 'o')).toBe(false);
  expect(appliesTo(rules.all, '')).toBe(true);
  expect(appliesTo({ ...rules.all, patternType: PREFIXED }, 'orders')).toBe(false);
});
