import { expect, test } from 'vitest';
import type { Transaction } from '#millrace/main.js';
import { committed, failure, openRig } from './transaction-rig.ts';

const ORDERS = { topic: 'orders', partition: 0 };

test('a send outside of a transaction, and after it, is refused', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  expect(await failure(mover.send())).toBe('ERR_MILLRACE_TRANSACTION_STATE');
  let kept: Transaction | null = null;
  await mover.transaction((tx) => void (kept = tx));
  expect(await failure(kept!.send('orders', { value: 'late' }))).toBe('ERR_MILLRACE_TRANSACTION_STATE');
  expect(await failure(kept!.sendOffsets('g', []))).toBe('ERR_MILLRACE_TRANSACTION_STATE');
  expect(store.partition('orders', 0).endOffset + store.partition('orders', 1).endOffset).toBe(0);
});

test('offsets are committed with the transaction, and seen when it has resolved', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  expect(await store.committedOffsets('g')).toEqual([]);
  const at = (offset: number): { topic: string; partition: number; offset: number } => ({ ...ORDERS, offset });
  await mover.transaction(async (tx) => {
    // Nobody waits for this one.
    void tx.sendOffsets('g', [
      { ...at(5), metadata: 'm', leaderEpoch: 3 },
      { ...at(7), partition: 1 },
    ]);
  });
  expect(await store.committedOffsets('g')).toEqual([
    { ...at(5), metadata: 'm', leaderEpoch: 3, commitTimestamp: 1_700_000_000_000 },
    { ...at(7), partition: 1, metadata: '', leaderEpoch: -1, commitTimestamp: 1_700_000_000_000 },
  ]);
  const aborted = mover.transaction(async (tx) => {
    await tx.sendOffsets('g', [at(9)]);
    expect(await store.committedOffsets('g')).toMatchObject([at(5), { offset: 7 }]);
    throw new Error('no');
  });
  expect(await failure(aborted)).toBe('no');
  expect(await store.committedOffsets('g')).toMatchObject([at(5), { offset: 7 }]);
  await mover.transaction((tx) => tx.sendOffsets('g', [at(6)]));
  expect(await store.committedOffsets('g')).toMatchObject([at(6), { offset: 7 }]);
  expect(await store.committedOffsets('h')).toEqual([]);
  const consumer = store.consumer();
  store.partition('orders', 0).append(Array.from({ length: 8 }, () => ({ value: 'x' })));
  consumer.assign(['orders', ...(await store.committedOffsets('g')).slice(0, 1)]);
  expect(consumer.position(ORDERS)).toBe(6);
});

test('a send that fails makes the transaction fail, whether somebody waits for it or not', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  const bad: [(tx: Transaction) => Promise<unknown>, string][] = [
    [(tx) => tx.send('nowhere', { value: 'b' }), 'ERR_MILLRACE_UNKNOWN_TOPIC'],
    [(tx) => tx.send('orders', { value: 'b', partition: 2 }), 'ERR_MILLRACE_UNKNOWN_TOPIC'],
    [(tx) => tx.send('orders', { value: 7 as never }), 'ERR_MILLRACE_INVALID_ARGUMENT'],
    [(tx) => tx.send('orders', { value: 'x'.repeat(2_000_000) }), 'ERR_MILLRACE_TOO_LARGE'],
    [(tx) => tx.sendOffsets('', []), 'ERR_MILLRACE_INVALID_ARGUMENT'],
    [(tx) => tx.sendOffsets('g', [{ topic: 'orders', partition: 0, offset: -1 }]), 'ERR_MILLRACE_INVALID_ARGUMENT'],
  ];
  for (const [fails, code] of bad) {
    const ignored = mover.transaction(async (tx) => {
      await tx.send('orders', { value: 'a' });
      void fails(tx);
    });
    expect(await failure(ignored)).toBe(code);
    const caught = mover.transaction(async (tx) => {
      expect(await failure(fails(tx))).toBe(code);
      expect(await failure(tx.send('orders', { value: 'c' }))).toBe(code);
    });
    expect(await failure(caught)).toBe(code);
  }
  expect(await committed(store, 'orders')).toEqual([[], []]);
  await mover.transaction((tx) => tx.send('orders', { value: 'fine', partition: 0 }));
  expect((await committed(store, 'orders'))[0]).toEqual(['fine']);
});
