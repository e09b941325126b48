import { expect, test } from 'vitest';
import { committed, openRig } from './transaction-rig.ts';

test('records keep their order, and what is sent in one turn shares batches', async () => {
  const { store, producer } = await openRig();
  await producer().transaction(async (tx) => {
    for (let i = 0; i < 100; i++) void tx.send('orders', { value: `${i}`, partition: 0 });
    await tx.send('orders', { value: '100', partition: 0 });
    for (let i = 101; i < 150; i++) void tx.send('orders', { value: `${i}`, partition: 0 });
  });
  expect((await committed(store, 'orders'))[0]).toEqual(Array.from({ length: 150 }, (_, i) => `${i}`));
  const batches = [...store.partition('orders', 0).read(0)].filter(({ isControl }) => !isControl);
  expect(batches.map(({ recordCount, baseSequence }) => [recordCount, baseSequence])).toEqual([
    [101, 0],
    [49, 101],
  ]);
});

test('a send of many that is larger than a batch becomes several, and those without a key go to one partition', async () => {
  const { store } = await openRig();
  const producer = store.producer({ transactionalId: 'a', batchSize: 1_000, random: () => 0.6, compression: 'gzip' });
  const values = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(300, '.'));
  await producer.transaction((tx) =>
    tx.send(
      'orders',
      values.map((value) => ({ value })),
    ),
  );
  const batches = [...store.partition('orders', 1).read(0)].filter(({ isControl }) => !isControl);
  expect(batches.map(({ recordCount }) => recordCount)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
  expect(new Set(batches.map(({ compression }) => compression))).toEqual(new Set(['gzip']));
  expect((await committed(store, 'orders'))[1]).toEqual(values);
});

test('a topic that is deleted in the middle of a transaction is not waited for', async () => {
  const { store, producer } = await openRig();
  const mover = producer();
  await mover
    .transaction(async (tx) => {
      await tx.send('orders', { value: 'a', partition: 0 });
      await tx.send('totals', { value: 'b', partition: 0 });
      await store.deleteTopic('orders');
    })
    .catch(() => undefined);
  const [state] = await store.transactions();
  expect(['CompleteCommit', 'CompleteAbort', 'PrepareAbort', 'PrepareCommit']).toContain(state.state);
  await store.createTopic('orders');
  await mover.transaction((tx) => tx.send('orders', { value: 'c', partition: 0 }));
  expect(await committed(store, 'orders')).toEqual([['c']]);
});
