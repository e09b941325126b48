import { expect, test } from 'vitest';
import { openStore, type Store } from '#millrace/main.js';
import { until } from '../consumer/consumer-fixture.ts';
import { committed, failure, openRig, SMALL } from '../producer/transaction-rig.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, openInMemory } from './store-fixture.ts';

const names = (store: Store): string[] =>
  store
    .topics()
    .map(({ name }) => name)
    .sort();

test('the internal topics are made when they are needed, as Kafka makes them', async () => {
  const { store, producer } = await openRig();
  expect(names(store)).toEqual(['orders', 'totals']);
  expect([await store.transactions(), await store.committedOffsets('g')]).toEqual([[], []]);
  expect(names(store)).toEqual(['orders', 'totals']);
  await producer().transaction((tx) => tx.send('orders', { value: 'a' }));
  expect(names(store)).toEqual(['__transaction_state', 'orders', 'totals']);
  await producer().transaction((tx) => tx.sendOffsets('g', [{ topic: 'orders', partition: 0, offset: 1 }]));
  expect(names(store)).toEqual(['__consumer_offsets', '__transaction_state', 'orders', 'totals']);
  const segment = { 'cleanup.policy': 'compact', 'segment.bytes': 104_857_600 };
  expect(store.topic('__transaction_state').config).toMatchObject({ ...segment, 'compression.type': 'uncompressed' });
  expect(store.topic('__consumer_offsets').config).toMatchObject({ ...segment, 'compression.type': 'producer' });
});

test('they have fifty partitions, or as many as the store is told when they are made', async () => {
  const { store } = await openInMemory(new MemoryFileSystem({ fileBytesMax: 64 * 1024 }));
  await store.createTopic('orders');
  const producer = store.producer({ transactionalId: 'mover' });
  await producer.transaction((tx) => tx.sendOffsets('g', [{ topic: 'orders', partition: 0, offset: 1 }]));
  expect([store.topic('__transaction_state').partitions, store.topic('__consumer_offsets').partitions]).toEqual([
    50, 50,
  ]);
  // The hash of "g" is 103.
  expect(store.partition('__consumer_offsets', 3).endOffset).toBeGreaterThan(0);
  await store.close();
});

test('producers that begin at the same time make them once', async () => {
  const { store } = await openRig();
  const producers = Array.from({ length: 5 }, (_, i) => store.producer({ transactionalId: `p${i}` }));
  const offset = { topic: 'orders', partition: 0, offset: 7 };
  await Promise.all(producers.map((each, i) => each.transaction((tx) => tx.sendOffsets(`g${i}`, [offset]))));
  for (let i = 0; i < 5; i++) expect(await store.committedOffsets(`g${i}`)).toMatchObject([offset]);
  expect(new Set((await store.transactions()).map(({ producerId }) => producerId)).size).toBe(5);
});

test('what a crash left is finished by the next open, before anybody asks', async () => {
  const { store, system } = await openInMemory(undefined, SMALL);
  await store.createTopic('orders');
  const mover = store.producer({ transactionalId: 'mover' });
  await mover.transaction((tx) => tx.send('orders', { value: 'a', partition: 0 }));
  const commit = mover.transaction(async (tx) => {
    await tx.send('orders', { value: 'b', partition: 0 });
    // From here on the log of the partition takes nothing.
    const log = store.partition('orders', 0);
    log.configure({ ...log.settings, segmentBytes: log.size });
    system.fault = (operation, path) => (path.includes('/orders-0') && operation === 'open' ? 'EMFILE' : null);
  });
  void commit.catch(() => undefined);
  const isDecided = async (): Promise<boolean> => {
    const [{ state, producerEpoch }] = await store.transactions();
    return state === 'PrepareCommit' && producerEpoch === 2;
  };
  while (!(await isDecided())) await until(() => false);
  const again = await openStore(DATA, { fileSystem: system.kill(), ...SMALL });
  const log = again.partition('orders', 0);
  await until(() => log.lastStableOffset === log.endOffset);
  expect(log.endOffset).toBe(4);
  expect((await committed(again, 'orders'))[0]).toEqual(['a', 'b']);
  expect(await again.transactions()).toMatchObject([{ state: expect.stringMatching(/^(Prepare|Complete)Commit$/) }]);
  await again.close();
});

test('a partition of the state that cannot be read is told of, and everything else works', async () => {
  const { store, system, producer } = await openRig();
  await producer().transaction((tx) => tx.send('orders', { value: 'a', partition: 0 }));
  store.partition('__transaction_state', 1).append([{ key: Buffer.from([0, 0, 0, 9]), value: 'x' }]);
  await store.close();
  const messages: string[] = [];
  const logger = { error: (_: object, message: string) => void messages.push(message) };
  const again = await openStore(DATA, { fileSystem: system, logger, ...SMALL });
  await until(() => messages.length > 0);
  expect(messages).toEqual(['a partition of the state of transactions could not be loaded']);
  const next = again.producer({ transactionalId: 'mover' });
  expect(await failure(next.init())).toBe('ERR_MILLRACE_CORRUPT');
  await again.producer({ transactionalId: 'b' }).init();
  expect(await again.transactions()).toMatchObject([{ transactionalId: 'b' }]);
  expect(again.partition('orders', 0).append([{ value: 'b' }]).baseOffset).toBe(2);
  await again.close();
});

test('a time-out past that of the store is refused', async () => {
  const { store } = await openInMemory(undefined, { ...SMALL, transactionMaxTimeoutMs: 5_000 });
  const producer = store.producer({ transactionalId: 'mover', transactionTimeoutMs: 5_001 });
  expect(await failure(producer.init())).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  await store.close();
});

test('a broker gets the coordinator with answers, which is the one of producers in the process', async () => {
  const { store, producer } = await openRig();
  const { transactionCoordinator } = store;
  expect([transactionCoordinator.isMade, transactionCoordinator.loaded]).toEqual([false, null]);
  const requests = await transactionCoordinator.load();
  expect(transactionCoordinator.isMade).toBe(true);
  expect(transactionCoordinator.loaded).toBe(requests);
  const { error } = await requests.init({ transactionalId: 'mover', timeoutMs: 1_000 });
  expect(error).toBe(null);
  await producer('mover').init();
  expect(requests.describe('mover')).toMatchObject({ state: 'Empty', producerEpoch: 1 });
  expect(await transactionCoordinator.offsetsPartition('g')).toEqual({ topic: '__consumer_offsets', partition: 1 });
  expect(transactionCoordinator.offsetRecords('g', [{ topic: 'orders', partition: 0, offset: 4 }])).toHaveLength(1);
  await store.close();
  expect(() => store.transactionCoordinator).toThrow('is closed');
});
