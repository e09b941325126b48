import { expect, test } from 'vitest';
import type { MillraceError, TransactionalProducer } from '#millrace/main.js';
import { turn, until } from '../consumer/consumer-fixture.ts';
import { openInMemory } from '../store/store-fixture.ts';
import { committed, failure, openRig, SMALL } from './transaction-rig.ts';

const send = (producer: TransactionalProducer, ...values: string[]): Promise<void> =>
  producer.transaction(async (tx) => {
    await tx.send(
      'orders',
      values.map((value) => ({ value, partition: 0 })),
    );
  });

test('a transaction is seen as a whole when its function has resolved, and the result is the function’s', async () => {
  const { store, producer } = await openRig();
  const result = await producer().transaction(async (tx) => {
    const place = await tx.send('orders', { value: 'a', partition: 1 });
    expect(place).toMatchObject({ topic: 'orders', partition: 1, offset: 0, timestamp: 1_700_000_000_000 });
    const places = await tx.send('totals', [
      { value: 'b', partition: 0 },
      { value: 'c', partition: 0, timestamp: 5 },
    ]);
    expect(places.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
      [0, 1_700_000_000_000],
      [1, 5],
    ]);
    expect(await committed(store, 'totals')).toEqual([[], []]);
    expect(store.partition('totals', 0).lastStableOffset).toBe(0);
    return 'done';
  });
  expect(result).toBe('done');
  expect(await committed(store, 'orders')).toEqual([[], ['a']]);
  expect(await committed(store, 'totals')).toEqual([['b', 'c'], []]);
});

test('one whose function throws is aborted, and its error is thrown as it is', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  const error = new RangeError('no more');
  const aborted = mover.transaction(async (tx) => {
    await tx.send('orders', [{ value: 'a' }, { value: 'b' }]);
    throw error;
  });
  await expect(aborted).rejects.toBe(error);
  expect(await committed(store, 'orders')).toEqual([[], []]);
  await send(mover, 'c');
  expect((await committed(store, 'orders'))[0]).toEqual(['c']);
  expect(store.statistics.transactions).toEqual({ ids: 1, open: 0, committed: 1, aborted: 1, timedOut: 0 });
});

test('an empty transaction writes nothing', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  await mover.init();
  const end = (): number[] => [0, 1].map((i) => store.partition('__transaction_state', i).endOffset);
  const before = end();
  expect(await mover.transaction(() => 'nothing')).toBe('nothing');
  expect(await failure(mover.transaction(() => Promise.reject(new Error('x'))))).toBe('x');
  await mover.transaction(async (tx) => void (await tx.send('orders', [])));
  expect(end()).toEqual(before);
});

test('a transaction within another one, or beside it, is refused', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  await mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    expect(await failure(send(mover, 'b'))).toBe('ERR_MILLRACE_CONCURRENT_TRANSACTIONS');
    expect(await failure(mover.init())).toBe('ERR_MILLRACE_CONCURRENT_TRANSACTIONS');
  });
  const both = await Promise.all([failure(send(mover, 'c')), failure(send(mover, 'd'))]);
  expect(both).toEqual(['none', 'ERR_MILLRACE_CONCURRENT_TRANSACTIONS']);
  expect((await committed(store, 'orders'))[0]).toEqual(['a', 'c']);
});

test('a producer of the same name takes the place of the one before, and aborts what it left open', async () => {
  const { store, producer } = await openRig();
  const first = producer();
  const second = producer();
  const fenced = first.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    await second.init();
    expect(store.partition('orders', 0).lastStableOffset).toBe(store.partition('orders', 0).endOffset);
    await tx.send('orders', { value: 'b', partition: 0 });
  });
  expect(await failure(fenced)).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  await send(second, 'c');
  for (let i = 0; i < 2; i++) expect(await failure(send(first, 'd'))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  expect((await committed(store, 'orders'))[0]).toEqual(['c']);
  await send(second, 'e');
  expect((await committed(store, 'orders'))[0]).toEqual(['c', 'e']);
});

test('one that is fenced when it commits is told so, and so is one that has nothing open', async () => {
  const { store, producer } = await openRig();
  const [first, second, third] = [producer(), producer(), producer()];
  const fenced = first.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    await second.init();
  });
  expect(await failure(fenced)).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  await third.init();
  expect(await failure(send(second, 'b'))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  expect(await committed(store, 'orders')).toEqual([[], []]);
});

test('a transaction that takes too long is aborted; the next call says so, and the one after it goes on', async () => {
  const { store, producer, clock } = await openRig();
  const mover = producer('mover', 5_000);
  const late = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    clock.advance(10_000);
    await until(() => store.partition('orders', 0).lastStableOffset === store.partition('orders', 0).endOffset);
    expect(await failure(tx.send('orders', { value: 'b', partition: 0 }))).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  });
  expect(await failure(late)).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  const lateToo = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'c', partition: 0 });
    clock.advance(10_000);
  });
  expect(await failure(lateToo)).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  await send(mover, 'd');
  expect((await committed(store, 'orders'))[0]).toEqual(['d']);
  expect(store.statistics.transactions).toMatchObject({ committed: 1, aborted: 2, timedOut: 2 });
});

test('one that was aborted for its time and has another producer in its place does not go on', async () => {
  const { store, producer, clock } = await openRig();
  const [first, second] = [producer('mover', 5_000), producer('mover', 5_000)];
  const late = first.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    clock.advance(10_000);
    await turn();
    await second.init();
  });
  expect(await failure(late)).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  expect(await failure(send(first, 'b'))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
  await send(second, 'c');
  expect((await committed(store, 'orders'))[0]).toEqual(['c']);
});

test('a full disk that is not waited for aborts the transaction, and the next one is as good as any', async () => {
  const { store, system } = await openRig();
  const mover = store.producer({ transactionalId: 'mover', retries: 0 });
  await send(mover, 'a');
  const isFull = (): void => void (system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null));
  const large = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'b', partition: 0 });
    isFull();
    await tx.send('orders', { value: 'x'.repeat(180_000), partition: 0 });
  });
  expect(await failure(large)).toBe('ERR_MILLRACE_NO_SPACE');
  system.fault = null;
  await send(mover, 'c');
  expect((await committed(store, 'orders'))[0]).toEqual(['a', 'c']);
});

test('a disk that fails: the transaction fails with it, and after the next open nothing is half there', async () => {
  const { store, system, producer } = await openRig();
  const mover = producer();
  await send(mover, 'a');
  const failing = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'b', partition: 0 });
    system.fault = (operation) => (operation === 'fdatasync' || operation === 'syncfs' ? 'EIO' : null);
    await tx.send('totals', { value: 'c', partition: 0 });
  });
  expect(await failure(failing)).toBe('ERR_MILLRACE_OFFLINE');
  expect(await failure(send(mover, 'd'))).toBe('ERR_MILLRACE_OFFLINE');
  await store.close();
  system.fault = null;
  const again = await openInMemory(system.kill(), SMALL);
  const next = again.store.producer({ transactionalId: 'mover' });
  await send(next, 'e');
  expect((await committed(again.store, 'orders'))[0]).toEqual(['a', 'e']);
  expect((await committed(again.store, 'totals'))[0]).toEqual([]);
  await again.store.close();
});

test('a close aborts what is open, and takes nothing more', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  let closing: Promise<void> | null = null;
  const closed = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    closing = mover.close();
    await closing;
    expect(mover.isClosed).toBe(true);
    expect(await failure(tx.send('orders', { value: 'b', partition: 0 }))).toBe('ERR_MILLRACE_CLOSED');
    return 'never';
  });
  expect(await failure(closed)).toBe('ERR_MILLRACE_CLOSED');
  expect(await failure(send(mover, 'c'))).toBe('ERR_MILLRACE_CLOSED');
  expect(await failure(mover.init())).toBe('ERR_MILLRACE_CLOSED');
  expect(store.partition('orders', 0).lastStableOffset).toBe(2);
  expect(await store.transactions()).toMatchObject([{ transactionalId: 'mover', producerEpoch: 1 }]);
  await mover.close();
});

test('a close of the store aborts what is open, also when the function never ends', async () => {
  const { store, system, producer } = await openRig();
  const told: string[] = [];
  const never = producer('never').transaction(async (tx) => {
    await tx.send('orders', { value: 'a', partition: 0 });
    told.push('open');
    await new Promise(() => undefined);
  });
  void never.catch((error: MillraceError) => told.push(error.code));
  const ending = failure(send(producer('ending'), 'b'));
  await until(() => told.length > 0);
  await store.close();
  expect(['none', 'ERR_MILLRACE_CLOSED']).toContain(await ending);
  const again = await openInMemory(system, SMALL);
  expect(again.store.recovery.clean).toBe(true);
  expect(again.store.partition('orders', 0).openTransactions).toEqual([]);
  expect(await again.store.transactions({ states: ['Ongoing', 'PrepareCommit', 'PrepareAbort'] })).toEqual([]);
  await again.store.close();
});

test('what keeps an abort from being written is the cause of what made it necessary', async () => {
  const { system, producer } = await openRig();
  const mover = producer();
  await send(mover, 'a');
  const aborted = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'b', partition: 0 });
    system.fault = (operation) => (operation === 'fdatasync' || operation === 'syncfs' ? 'EIO' : null);
    throw new Error('no');
  });
  await expect(aborted).rejects.toMatchObject({ message: 'no', cause: { code: 'ERR_MILLRACE_OFFLINE' } });
});
