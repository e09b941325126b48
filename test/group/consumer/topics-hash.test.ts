import { expect, test } from 'vitest';
import { TopicsHash } from '#millrace/group/consumer/topics-hash.js';
import { FakeTopics } from './fake-topics.ts';

async function prepared(topics: FakeTopics): Promise<TopicsHash> {
  const hash = new TopicsHash(topics);
  await hash.prepare();
  return hash;
}

test('of topics that exist, in the order of their names', async () => {
  const topics = new FakeTopics({ b: 2, a: 1 });
  const hash = await prepared(topics);
  expect(hash.of(new Set())).toBe(0n);
  expect(hash.of(new Set(['none']))).toBe(0n);
  expect(hash.of(new Set(['b', 'a', 'none']))).toBe(hash.of(new Set(['a', 'b'])));
  expect(hash.of(new Set(['a']))).not.toBe(hash.of(new Set(['b'])));
});

test('more partitions, and another topic of the name, are another hash', async () => {
  const topics = new FakeTopics({ t: 1 });
  const hash = await prepared(topics);
  const seen = new Set([hash.of(new Set(['t']))]);
  topics.set('t', 2);
  seen.add(hash.of(new Set(['t'])));
  topics.delete('t');
  topics.set('t', 2);
  seen.add(hash.of(new Set(['t'])));
  topics.set('other', 1);
  seen.add(hash.of(new Set(['t'])));
  expect(seen.size).toBe(3);
});

test('it must be prepared', () => {
  expect(() => new TopicsHash(new FakeTopics({ t: 1 })).of(new Set(['t']))).toThrow(/not prepared/);
});
