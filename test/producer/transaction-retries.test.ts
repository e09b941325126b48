/** A disk that is full for a while under a transaction: its sends wait, as those of any producer do, and it commits. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore, type TransactionalProducerOptions } from '#millrace/main.js';
import { turn } from '../consumer/consumer-fixture.ts';
import { SmallDisk, testOnSmallDisk } from '../support/small-disk.ts';
import { committed, failure, openRig, type TransactionRig } from './transaction-rig.ts';

const LARGE = 'x'.repeat(180_000);

type Options = Omit<TransactionalProducerOptions, 'transactionalId'>;

/** A transaction that has sent a record, and another one for which there is no room. */
async function stuck(
  options: Options = {},
): Promise<TransactionRig & { done: Promise<unknown>; free: () => void; close: () => Promise<void> }> {
  const rig = await openRig();
  const mover = rig.store.producer({ transactionalId: 'mover', random: () => 0.5, ...options });
  const done = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'b', partition: 0 });
    rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
    void tx.send('orders', { value: LARGE, partition: 0 }).catch(() => undefined);
    void tx.send('orders', { value: 'last', partition: 0 }).catch(() => undefined);
  });
  done.catch(() => undefined);
  for (let i = 0; i < 40; i++) await turn();
  const free = (): void => void (rig.system.fault = null);
  return { ...rig, done, free, close: () => mover.close({ retry: false }) };
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  return (await Promise.race([promise.then(() => 'done'), turn().then(() => 'pending')])) === 'pending';
}

test('sends wait for room, and the transaction commits with all of them in their order', async () => {
  const { store, clock, done, free } = await stuck();
  clock.advance(5_000);
  expect(await isPending(done)).toBe(true);
  free();
  clock.advance(1_000);
  await done;
  expect((await committed(store, 'orders'))[0]).toEqual(['b', LARGE, 'last']);
});

test('where no room comes in time, the transaction fails as a whole', async () => {
  const { store, clock, done, free } = await stuck({ deliveryTimeoutMs: 3_000 });
  clock.advance(3_000);
  expect(await failure(done)).toBe('ERR_MILLRACE_TIMED_OUT');
  free();
  expect(await committed(store, 'orders')).toEqual([[], []]);
});

test('a close without retries does not wait', async () => {
  const { store, done, close, free } = await stuck();
  await close();
  expect(await failure(done)).toBe('ERR_MILLRACE_NO_SPACE');
  free();
  expect(await committed(store, 'orders')).toEqual([[], []]);
});

test('partitions are added when there is room again', async () => {
  const { store, system, clock } = await openRig();
  const mover = store.producer({ transactionalId: 'mover' });
  await mover.init();
  // The next word on the transaction goes into new segments, for which there is no room.
  const { partitions } = store.topic('__transaction_state');
  for (let i = 0; i < partitions; i++) store.partition('__transaction_state', i).roll();
  let refused = 0;
  system.fault = (operation, path) => {
    if (operation !== 'fallocate' || !path.includes('__transaction_state')) return null;
    refused++;
    return 'ENOSPC';
  };
  const done = mover.transaction((tx) => tx.send('orders', { value: 'a', partition: 0 }));
  for (let i = 0; i < 20; i++) await turn();
  system.fault = null;
  clock.advance(1_000);
  await done;
  expect(refused).toBeGreaterThan(0);
  expect((await committed(store, 'orders'))[0]).toEqual(['a']);
});

testOnSmallDisk('a real disk that is full for a while', async () => {
  const disk = new SmallDisk(8);
  const store = await openStore(join(disk.path, 'data'), { transactionStatePartitions: 1, offsetsPartitions: 1 });
  await store.createTopic('orders');
  const mover = store.producer({ transactionalId: 'mover', batchSize: 200_000 });
  await mover.transaction((tx) => tx.send('orders', { value: 'first' }));
  const filler = disk.fill();
  const values = Array.from({ length: 6 }, (_, i) => `${i}`.repeat(190_000));
  const done = mover.transaction(async (tx) => {
    for (const value of values) void tx.send('orders', { value }).catch(() => undefined);
  });
  done.catch(() => undefined);
  await setTimeout(300);
  const early = await Promise.race([done.then(() => 'done'), setTimeout(1, 'pending')]);
  expect(early).toBe('pending');
  rmSync(filler);
  await done;
  expect((await committed(store, 'orders'))[0]).toEqual(['first', ...values]);
  await store.close();
});
