import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { END_SHOWN_WAIT_MS } from '#millrace/limits.js';
import { TransactionsRig } from './transactions-rig.ts';

const orders = { topic: 'orders', partition: 0 };

async function open() {
  const rig = await TransactionsRig.open();
  const { requests } = rig.transactions;
  const { error, ...producer } = await requests.init({ transactionalId: 'a', timeoutMs: 60_000 });
  expect(error).toBe(null);
  const named = { transactionalId: 'a', ...producer };
  const add = () => requests.addPartitions({ ...named, partitions: [orders], clientVersion: 2 });
  const append = (baseSequence = 0) =>
    rig.orders.append([{ value: 'x' }], { producer: { ...producer, baseSequence, isTransactional: true } });
  const end = (type: 'commit' | 'abort') => requests.end({ ...named, type, clientVersion: 2 });
  return { rig, requests, producer, named, add, append, end };
}

test('answers at once where something is under way', async () => {
  const { requests, named, add } = await open();
  const [first, second] = await Promise.all([add(), add()]);
  expect([first.error, second.error]).toEqual([null, 'CONCURRENT_TRANSACTIONS']);
  expect(requests.verifyPartitions({ ...named, partitions: [orders, { topic: 'orders', partition: 1 }] })).toEqual({
    answer: null,
    missing: [{ topic: 'orders', partition: 1 }],
  });
  expect(requests.verifyPartitions({ ...named, producerEpoch: 4, partitions: [orders] })).toMatchObject({
    answer: { error: 'PRODUCER_FENCED' },
    missing: null,
  });
});

test('the abort for another producer is on its way when that is told to come again', async () => {
  const { rig, requests, add, append, producer } = await open();
  await add();
  append();
  const request = { transactionalId: 'a', timeoutMs: 60_000 };
  expect((await requests.init(request)).error).toBe('CONCURRENT_TRANSACTIONS');
  await expect.poll(async () => (await requests.init(request)).error).toBe(null);
  expect(rig.orders.lastStableOffset).toBe(2);
  expect(requests.describe('a')!.producerEpoch).toBeGreaterThan(producer.producerEpoch);
  expect(requests.describe('b')).toBe(null);
});

test('a commit is decided when what the transaction wrote is durable, and answered when it is seen', async () => {
  const { rig, add, append, end, producer } = await open();
  await add();
  append();
  expect(rig.orders.durableOffset).toBe(0);
  const answered = end('commit');
  expect(await answered).toEqual({ error: null, ...producer, producerEpoch: producer.producerEpoch + 1 });
  expect(rig.orders.durableOffset).toBeGreaterThan(0);
  expect(rig.orders.lastStableOffset).toBe(2);
  expect(rig.transactions.statistics).toMatchObject({ committed: 1, aborted: 0 });
  // A repetition is answered the same, and is no other transaction.
  expect((await end('commit')).error).toBe(null);
  expect(rig.transactions.statistics).toMatchObject({ committed: 1 });
});

test('without its records a transaction is not decided', async () => {
  const { rig, add, append, end, requests } = await open();
  await add();
  append();
  rig.system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
  await expect(end('commit')).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
  expect(requests.describe('a')).toMatchObject({ state: 'Ongoing' });
});

test('a topic that was deleted keeps nothing from being committed', async () => {
  const { rig, add, append, end } = await open();
  await add();
  append();
  await rig.store.deleteTopic('orders');
  rig.marked = () => null;
  expect((await end('commit')).error).toBe(null);
});

test('nor does one that was deleted and made anew while its records were flushed', async () => {
  const { rig, add, append, end } = await open();
  await add();
  append();
  const another = rig.store.partition('orders', 1);
  rig.marked = () => {
    const log = rig.orders;
    queueMicrotask(() => log.abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'topic "orders" was deleted')));
    rig.marked = () => another;
    return log;
  };
  expect((await end('commit')).error).toBe(null);
});

test('the client is not made to wait for a marker that cannot be written', async () => {
  const { rig, add, append, end } = await open();
  await add();
  append();
  let [tries, isFull] = [0, true];
  rig.marked = () => {
    tries++;
    if (isFull) throw new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
    return rig.orders;
  };
  const answered = end('abort');
  await expect.poll(() => tries).toBeGreaterThan(0);
  rig.clock.advance(END_SHOWN_WAIT_MS);
  expect((await answered).error).toBe(null);
  expect(rig.orders.lastStableOffset).toBe(0);
  isFull = false;
  await expect
    .poll(() => {
      rig.clock.advance(1_000);
      return rig.orders.lastStableOffset;
    })
    .toBe(2);
});

test('nothing begins when the store is closed', async () => {
  const { rig, add, end, requests } = await open();
  await rig.transactions.close();
  await expect(add()).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  await expect(end('abort')).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  await expect(requests.init({ transactionalId: 'b', timeoutMs: 1 })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_CLOSED',
  });
});
