import { expect, test } from 'vitest';
import { createMetrics } from '#millrace/metrics/metrics.js';
import { failure, openRig } from '../producer/transaction-rig.ts';
import { parseMetrics } from './scrape.ts';

test('transactions are counted by how they ended, and those that are open', async () => {
  const { store, clock, producer } = await openRig();
  const registry = createMetrics(store);
  const read = async (): Promise<Record<string, number>> => {
    const all = [...parseMetrics(await registry.metrics())];
    const prefix = 'millrace_transactions_';
    const ours = all.filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(ours.map(([name, value]) => [name.slice(prefix.length), value]));
  };
  const none = { ids: 0, open: 0, committed_total: 0, aborted_total: 0, timedout_total: 0 };
  expect(await read()).toEqual(none);
  await producer('a').transaction((tx) => tx.send('orders', { value: 'x' }));
  const late = producer('b').transaction(async (tx) => {
    await tx.send('orders', { value: 'x' });
    expect(await read()).toEqual({ ...none, ids: 2, open: 1, committed_total: 1 });
    for (let i = 0; i < 7; i++) clock.advance(10_000);
  });
  expect(await failure(late)).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  expect(await read()).toEqual({ ids: 2, open: 0, committed_total: 1, aborted_total: 1, timedout_total: 1 });
  await store.close();
});
