import { expect, test } from 'vitest';
import { chooseAssignors } from '#millrace/group/assignor/assignor-choice.js';
import { stickyAssignor } from '#millrace/group/assignor/sticky-assignor.js';

const own = { name: 'own', protocols: ['eager'] as const, assign: () => new Map() };

test('by name, and own ones, in the order of preference', () => {
  const names = chooseAssignors(['cooperative-sticky', own, 'sticky', 'roundrobin', 'range']).map(({ name }) => name);
  expect(names).toEqual(['cooperative-sticky', 'own', 'sticky', 'roundrobin', 'range']);
  expect(chooseAssignors([own])[0]).toBe(own);
  expect(chooseAssignors().map(({ name }) => name)).toEqual(['range', 'cooperative-sticky']);
});

test.each([
  [[], 'array of 0'],
  ['range', 'range'],
  [['fair'], 'fair'],
  [['constructor'], 'constructor'],
  [[null], 'null'],
  [[{ ...own, name: '' }], 'name'],
  [[{ ...own, protocols: [] }], 'protocols'],
  [[{ ...own, assign: 1 }], 'assign'],
  [['sticky', stickyAssignor], 'different names'],
])('what is none is refused: %j', (choice, found) => {
  const run = (): unknown => chooseAssignors(choice as never);
  expect(run).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  expect(run).toThrow(found);
});
