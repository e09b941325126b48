import { expect, test } from 'vitest';
import { planReset, type ResetRequest } from '#millrace/cli/group/reset-plan.js';
import type { TopicPartition } from '#millrace/types.js';
import { groupDirectory } from './group-fixture.ts';

async function plan(request: ResetRequest) {
  const { store } = await groupDirectory();
  const skipped: TopicPartition[] = [];
  try {
    const planned = await planReset(store, 'idle', request, (partition) => skipped.push(partition));
    const rows = planned.map(({ topic, partition, current, offset }) => [topic, partition, current, offset]);
    return { rows, skipped };
  } finally {
    await store.close();
  }
}

test('all that is committed', async () => {
  const { rows } = await plan({ kind: 'target', target: { kind: 'earliest' }, topics: null });
  expect(rows).toEqual([
    ['orders', 0, 7, 0],
    ['orders', 1, 5, 0],
  ]);
});

test('what is named, be it committed or not', async () => {
  const topics = [{ topic: 'orders', partitions: [1, 2] }];
  const { rows } = await plan({ kind: 'target', target: { kind: 'latest' }, topics });
  expect(rows).toEqual([
    ['orders', 1, 5, 5],
    ['orders', 2, null, 0],
  ]);
});

test('what a file says; of two lines for one partition the last holds', async () => {
  const line = (partition: number, offset: number) => ({ topic: 'orders', partition, offset });
  const { rows } = await plan({ kind: 'file', offsets: [line(1, 2), line(0, 3), line(1, 4)] });
  expect(rows).toEqual([
    ['orders', 0, 7, 3],
    ['orders', 1, 5, 4],
  ]);
});

test('nothing cannot be shifted, and then nothing is planned', async () => {
  const topics = [{ topic: 'orders', partitions: null }];
  await expect(plan({ kind: 'target', target: { kind: 'shift', value: 1 }, topics })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_INVALID_ARGUMENT',
    message: 'the group has committed nothing for orders-2 that could be shifted',
  });
});
