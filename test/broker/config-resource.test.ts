import { expect, test } from 'vitest';
import { resourceOf } from '#millrace/broker/config-resource.js';

const store = { findTopic: (name: string) => (name === 't' ? {} : null) };
const broker = { nodeId: 3, store } as never;
const of = (resourceType: number, resourceName: string) => resourceOf(broker, { resourceType, resourceName });

test('topics that are there, groups that need not be, this broker, and what all brokers have in common', () => {
  expect(of(2, 't')).toEqual({ kind: 'topic', name: 't' });
  expect(of(32, 'g')).toEqual({ kind: 'group', name: 'g' });
  expect(of(4, '3')).toEqual({ kind: 'broker', isDefault: false });
  expect(of(4, '')).toEqual({ kind: 'broker', isDefault: true });
});

test.each([
  [2, 'u', /The topic 'u' does not exist/],
  [2, '', /Default topic resources are not allowed/],
  [32, '', /Default group resources are not allowed/],
  [4, '4', /expected 3 or empty string, but received 4/],
  [4, '3x', /must be an integer, but it is: 3x/],
  [16, 'x', /Unsupported resource type: 16/],
])('none: %i %j', (type, name, message) => {
  expect(() => of(type, name)).toThrow(message);
});
