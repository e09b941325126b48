import { expect, test } from 'vitest';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import { Topic } from '#millrace/store/topic.js';

const ENTRY = { name: 'orders', id: 'Wm4_o_PXQfG7ebSjCMZozQ', partitions: 3, config: { 'segment.bytes': 2048 } };

function topic(present = [0, 1, 2]): Topic {
  return new Topic('/data', ENTRY, { 'flush.messages': 9 }, (partition) => present.includes(partition));
}

test('a topic has its settings and the store’s, and its partitions their directories', () => {
  const orders = topic();
  expect(orders.settings).toMatchObject({ segmentBytes: 2048, flushMessages: 9 });
  expect(orders.partition(2)).toMatchObject({ index: 2, directory: '/data/orders-2', log: null });
  expect(orders.describe()).toEqual(ENTRY);
});

test.each([3, -1, 0.5, NaN, '0x', undefined, null])('there is no partition %s', (index) => {
  expect(() => topic().partition(index as number)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_UNKNOWN_TOPIC',
      message: `topic "orders" has no partition ${index}, it has 3`,
    }),
  );
});

test('a partition whose directory is missing is named with it', () => {
  expect(() => topic([0, 2]).partition(1)).toThrow('topic "orders" has no partition 1: /data/orders-1 is missing');
});

test('other settings reach the logs that are open', () => {
  const orders = topic();
  const told: unknown[] = [];
  orders.partition(1).log = { configure: (settings: unknown) => told.push(settings) } as unknown as PartitionLog;
  orders.configure({ 'segment.bytes': 4096 }, {});
  expect(told).toEqual([orders.settings]);
  expect(orders.settings.segmentBytes).toBe(4096);
});
