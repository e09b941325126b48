import { expect, test } from 'vitest';
import { openInMemory } from './store-fixture.ts';

test('a store counts its topics, partitions, flushes, windows, removed segments and transactions without opening anything', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 3 });
  await store.partition('orders', 1).append([{ value: 'a' }]).durable;
  const { recentFlushesMs, flush, ...counts } = store.statistics;
  expect(counts).toEqual({
    topics: 1,
    partitions: 3,
    openPartitions: 1,
    unavailablePartitions: 0,
    windows: { count: 0, bytes: 0 },
    retention: { checks: 0, segments: 0, bytes: 0 },
    transactions: { ids: 0, open: 0, committed: 0, aborted: 0, timedOut: 0 },
  });
  expect(flush.rounds).toBe(recentFlushesMs.length);
  expect(flush.rounds).toBeGreaterThan(0);
  await store.close();
});
