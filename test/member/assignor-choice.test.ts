import { expect, test } from 'vitest';
import type { Assignor } from '#millrace/main.js';
import { checkAssignors, rebalanceProtocol } from '#millrace/member/assignor-choice.js';

const own: Assignor = { name: 'own', protocols: ['cooperative'], assign: () => new Map() };
const names = (choices?: unknown): string[] => checkAssignors(choices).map(({ name }) => name);

test('by name or one of its own; Kafka has range and cooperative-sticky by default', () => {
  expect(names()).toEqual(['range', 'cooperative-sticky']);
  expect(names(['sticky', 'roundrobin'])).toEqual(['sticky', 'roundrobin']);
  expect(checkAssignors([own, 'cooperative-sticky'])[0]).toBe(own);
});

test('members keep their partitions while they join only if all assignors know that', () => {
  expect(rebalanceProtocol(checkAssignors())).toBe('eager');
  expect(rebalanceProtocol(checkAssignors(['cooperative-sticky', own]))).toBe('cooperative');
});

test.each([
  ['range', 'an array'],
  [[], 'count of assignors'],
  [['rang'], 'range, roundrobin, sticky, cooperative-sticky'],
  [['range', 'range'], 'different names'],
  [['range', own], 'protocol in common'],
  [[{ ...own, name: '' }], 'name'],
  [[{ ...own, protocols: ['lazy'] }], 'protocols'],
  [[{ ...own, assign: 7 }], 'assign'],
  [[{ ...own, userData: 7 }], 'userData'],
])('%j is refused: %s', (choices, message) => {
  expect(() => checkAssignors(choices)).toThrow(message);
});
