import { expect, test } from 'vitest';
import type { StoreStatistics } from '#millrace/store/store-statistics.js';
import { openInMemory } from './store-fixture.ts';

test('a store tells of all that it does, and of nothing that it has not done', async () => {
  const { store } = await openInMemory();
  const statistics: StoreStatistics = store.statistics;
  expect(Object.keys(statistics).sort()).toEqual([
    'compaction',
    'flush',
    'openPartitions',
    'partitions',
    'recentFlushesMs',
    'topics',
    'unavailablePartitions',
    'windows',
  ]);
  expect(statistics).toMatchObject({
    topics: 0,
    partitions: 0,
    windows: { count: 0, bytes: 0 },
    compaction: { runs: 0 },
  });
  await store.close();
});
