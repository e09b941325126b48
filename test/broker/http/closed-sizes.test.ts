import { expect, test, vi } from 'vitest';
import { ClosedSizes } from '#millrace/broker/http/closed-sizes.js';
import { LISTED_PARTITIONS_A_LOOK } from '#millrace/limits.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

test('what is closed has its size too, is read once, and counts anew when it is open', async () => {
  const directory = temporaryDirectory();
  const first = await openStore(directory);
  const topic = await first.createTopic('t', { partitions: 2 });
  first.partition('t', 0).append([{ value: 'x'.repeat(1000) }]);
  const { size } = first.partition('t', 0);
  await first.close();

  await using store = await openStore(directory);
  const sizes = new ClosedSizes(store);
  const read = vi.spyOn(store, 'partitionSize');
  expect([sizes.of(topic, 0), sizes.of(topic, 1), sizes.of(topic, 0)]).toEqual([size, 0, size]);
  expect(read).toHaveBeenCalledTimes(2);
  expect(store.openPartitions()).toEqual([]);
  store.partition('t', 1).append([{ value: 'y' }]);
  expect(sizes.of(topic, 1)).toBe(store.partition('t', 1).size);
});

test('so many a look', async () => {
  await using store = await openStore(temporaryDirectory());
  const topic = await store.createTopic('t', { partitions: LISTED_PARTITIONS_A_LOOK + 1 });
  const sizes = new ClosedSizes(store);
  const all = () => Array.from({ length: topic.partitions }, (_, i) => sizes.of(topic, i));
  expect(all().filter((size) => size === null)).toHaveLength(1);
  sizes.begin();
  expect(all().filter((size) => size === null)).toHaveLength(0);
});

test('what cannot be read takes nothing', async () => {
  await using store = await openStore(temporaryDirectory());
  expect(new ClosedSizes(store).of({ name: 'gone', id: 'x' }, 0)).toBe(0);
});
