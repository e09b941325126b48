import { expect, test } from 'vitest';
import { ANY_ACL } from '#millrace/security/acl-filter.js';
import { Acls } from '#millrace/security/acls.js';
import { PatternType, ResourceType } from '#millrace/security/resource.js';
import { ALICE, allow, BOB, deny } from './acl-rig.ts';
import { DIRECTORY, memoryDirectory } from './sasl-rig.ts';

const invalid = expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
const read = allow('READ', 'orders');
const write = allow('WRITE', 'orders', BOB);
const prefix = deny('READ', 'or*');

test('rules are made once; what was there and what is none does not hinder the others', () => {
  const system = memoryDirectory();
  const acls = Acls.load(system, DIRECTORY);
  expect(acls.count).toBe(0);
  expect(acls.create([read, { ...read }, { ...read, host: '' }, prefix])).toEqual([
    { isNew: true, error: null },
    { isNew: false, error: null },
    { isNew: false, error: invalid },
    { isNew: true, error: null },
  ]);
  expect(acls.create([read, write]).map(({ isNew }) => isNew)).toEqual([false, true]);
  expect(acls.count).toBe(3);
  expect(acls.list(ANY_ACL)).toEqual([read, prefix, write]);
  expect(acls.index.hasRules(ResourceType.TOPIC, 'orbit')).toBe(true);

  const again = Acls.load(system, DIRECTORY);
  expect(again.list(ANY_ACL)).toEqual([read, prefix, write]);
  expect(again.index.rulesOf(BOB, ResourceType.TOPIC)?.has('orders')).toBe(true);
});

test('each filter tells what it deletes, also what another deletes too', () => {
  const system = memoryDirectory();
  const acls = Acls.load(system, DIRECTORY);
  acls.create([read, write, prefix]);
  expect(
    acls.delete([
      { ...ANY_ACL, resourceName: 'orders', patternType: PatternType.MATCH, principal: ALICE },
      { ...ANY_ACL, principal: 'User:carol' },
      { ...ANY_ACL, operation: 0 },
      { ...ANY_ACL, operation: 3 },
    ]),
  ).toEqual([
    { deleted: [read, prefix], error: null },
    { deleted: [], error: null },
    { deleted: [], error: invalid },
    { deleted: [read, prefix], error: null },
  ]);
  expect(acls.list(ANY_ACL)).toEqual([write]);
  expect(acls.index.hasRules(ResourceType.TOPIC, 'orbit')).toBe(false);
  expect(Acls.load(system, DIRECTORY).list(ANY_ACL)).toEqual([write]);
  expect(() => acls.list({ ...ANY_ACL, patternType: 0 })).toThrow(invalid);
  // And one can be made again.
  expect(acls.create([read])).toEqual([{ isNew: true, error: null }]);
});

test('what changes nothing writes nothing', () => {
  const system = memoryDirectory();
  const acls = Acls.load(system, DIRECTORY);
  acls.create([read]);
  system.fault = () => 'EIO';
  acls.create([read, { ...read, host: '' }]);
  acls.delete([{ ...ANY_ACL, principal: BOB }]);
  expect(acls.count).toBe(1);
});

test('a change that cannot be written does not hold', () => {
  const system = memoryDirectory();
  const acls = Acls.load(system, DIRECTORY);
  acls.create([read]);
  for (const failing of ['open', 'pwrite', 'fdatasync', 'rename'] as const) {
    system.fault = (operation) => (operation === failing ? 'EIO' : null);
    expect(() => acls.create([write]), failing).toThrow(`${failing} of ${DIRECTORY}`);
    expect(() => acls.delete([ANY_ACL]), failing).toThrow(`${failing} of ${DIRECTORY}`);
  }
  system.fault = null;
  for (const each of [acls, Acls.load(system, DIRECTORY)]) {
    expect(each.list(ANY_ACL)).toEqual([read]);
    expect(each.index.rulesOf(BOB, ResourceType.TOPIC)).toBeUndefined();
    expect(each.index.hasRules(ResourceType.TOPIC, 'orders')).toBe(true);
  }
});

test('what the caller does with its object later changes no rule', () => {
  const acls = Acls.load(memoryDirectory(), DIRECTORY);
  const mine = { ...read };
  acls.create([mine]);
  mine.resourceName = '*';
  expect(acls.list(ANY_ACL)).toEqual([read]);
  expect(acls.delete([{ ...ANY_ACL, resourceName: 'orders' }])[0].deleted).toHaveLength(1);
  expect(acls.index.hasRules(ResourceType.TOPIC, 'orders')).toBe(false);
});

test('there is a bound', () => {
  const acls = Acls.load(memoryDirectory(), DIRECTORY, 2);
  expect(acls.create([read, write, prefix, read])).toEqual([
    { isNew: true, error: null },
    { isNew: true, error: null },
    { isNew: false, error: expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }) },
    { isNew: false, error: null },
  ]);
  expect(acls.count).toBe(2);
  acls.delete([{ ...ANY_ACL, principal: ALICE }]);
  expect(acls.create([prefix])).toEqual([{ isNew: true, error: null }]);
});
