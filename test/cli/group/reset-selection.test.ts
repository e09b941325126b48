import { expect, test } from 'vitest';
import { parseSelection, selectedPartitions } from '#millrace/cli/group/reset-selection.js';
import { openInMemory } from '../../store/store-fixture.ts';

test('a topic, or some of its partitions', () => {
  expect(parseSelection('orders')).toEqual({ topic: 'orders', partitions: null });
  expect(parseSelection('orders:2,0')).toEqual({ topic: 'orders', partitions: [2, 0] });
  for (const text of ['', ':0', 'orders:', 'orders:x', 'orders:0,', 'a:0:1', 'orders:-1'])
    expect(() => parseSelection(text)).toThrow(/as orders:0,1/);
});

test('each partition once, in order', async () => {
  const { store } = await openInMemory();
  await store.createTopic('b', { partitions: 2 });
  await store.createTopic('a', { partitions: 3 });
  const found = selectedPartitions(store, ['b', 'a:2,0', 'a:0', 'b:1'].map(parseSelection));
  expect(found.map(({ topic, partition }) => `${topic}-${partition}`)).toEqual(['a-0', 'a-2', 'b-0', 'b-1']);
  expect(() => selectedPartitions(store, [parseSelection('a:3')])).toThrow(/no partition 3 of topic "a": it has 3/);
  expect(() => selectedPartitions(store, [parseSelection('orders')])).toThrow(/no topic "orders"/);
  await store.close();
});
