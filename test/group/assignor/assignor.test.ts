import { expect, test } from 'vitest';
import { subscribedTopics } from '#millrace/group/assignor/assignor.js';
import { group, member, topicsOf } from './groups.ts';

test('subscribed topics are those that exist, each once, in order', () => {
  const metadata = topicsOf({ b: 1, a: 2, unasked: 1, empty: 0 });
  const subscriptions = group({ x: member('b nowhere empty b'), y: member('a b') });
  expect(subscribedTopics(metadata, subscriptions)).toEqual(['a', 'b']);
  expect(subscribedTopics(metadata, new Map())).toEqual([]);
});
