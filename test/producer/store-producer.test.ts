/** The producer of a store: `store.producer(options)` on real files. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { open, openInMemory, valuesOf } from '../store/store-fixture.ts';
import { failure } from './producer-rig.ts';

test('a store has producers, and what they wrote is there when it is opened again', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const store = await open(directory);
  await store.createTopic('orders', { partitions: 4, config: { 'segment.bytes': 16_384 } });
  const producer = store.producer({ lingerMs: 1 });
  const keys = Array.from({ length: 500 }, (_, i) => `key ${i % 50}`);
  const places = await producer.send(
    'orders',
    keys.map((key, i) => ({ key, value: `${i}`.padEnd(200) })),
  );
  expect(new Set(places.map(({ partition }) => partition)).size).toBe(4);
  await store.close();
  expect(producer.isClosed).toBe(true);
  const again = await open(directory);
  expect(again.recovery.clean).toBe(true);
  places.forEach(({ partition, offset }, i) => {
    const [batch] = again.partition('orders', partition).read(offset, { maxBytes: 1 });
    const record = [...batch].find((each) => each.offset === offset);
    expect([String(record?.key), Number(record?.value)]).toEqual([keys[i], i]);
  });
});

test('a close of the store writes what is open, and refuses what comes later', async () => {
  for (const compression of ['none', 'gzip'] as const) {
    const directory = join(temporaryDirectory(), 'data');
    const store = await open(directory);
    await store.createTopic('orders');
    const producer = store.producer({ lingerMs: 60_000, compression, durability: 'flushed' });
    const sent = producer.send('orders', { value: 'a' });
    await store.close();
    expect((await sent).offset).toBe(0);
    expect(await failure(producer.send('orders', { value: 'b' }))).toBe('ERR_MILLRACE_CLOSED');
    expect(() => store.producer()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CLOSED' }));
    const again = await open(directory);
    expect(again.recovery.clean).toBe(true);
    expect(valuesOf(again.partition('orders', 0))).toEqual(['a']);
  }
});

test('a close of the store does not wait for a full disk', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  const producer = store.producer();
  store.partition('orders', 0);
  system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  const sent = failure(producer.send('orders', { value: 'a' }));
  await store.close();
  expect(await sent).toBe('ERR_MILLRACE_NO_SPACE');
});

test('a log with nothing but an open batch that is to be compressed is not taken for untouched', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  const told: unknown[] = [];
  const owner = { sealed: (receipt: object) => void told.push(receipt), lost: (error: Error) => void told.push(error) };
  store.partition('orders', 0).openBatch({ owner, compression: 'gzip' }).add({ value: 'a' }, 1);
  await store.close();
  expect(told).toMatchObject([{ baseOffset: 0 }]);
  const again = await openStore('/data', { fileSystem: system });
  expect(valuesOf(again.partition('orders', 0))).toEqual(['a']);
  await again.close();
});

test('a topic that is deleted takes what is open with it', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  const producer = store.producer({ lingerMs: 60_000 });
  const sent = failure(producer.send('orders', { value: 'a' }));
  await store.deleteTopic('orders');
  expect(await sent).toBe('ERR_MILLRACE_CLOSED');
  expect(await failure(producer.send('orders', { value: 'b' }))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
  await store.createTopic('orders', { partitions: 2 });
  const places = producer.send('orders', [
    { value: 'c', partition: 0 },
    { value: 'd', partition: 1 },
  ]);
  await producer.flush();
  expect(await places).toMatchObject([{ offset: 0 }, { offset: 0 }]);
  await store.close();
});

test('options and names are checked at the door', async () => {
  const { store } = await openInMemory();
  expect(() => store.producer({ acks: 2 as 1 })).toThrow('acks must be one of');
  const producer = store.producer();
  expect(await failure(producer.send('no topic', { value: 'a' }))).toBe('ERR_MILLRACE_INVALID_TOPIC');
  expect(await failure(producer.send(undefined as never, { value: 'a' }))).toBe('ERR_MILLRACE_INVALID_TOPIC');
  await producer.close();
  await store.close();
});
