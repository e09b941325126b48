import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random, seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DATA, namesIn, open, openInMemory, read, valuesOf } from './store-fixture.ts';

test('after a close everything survives a power failure, and needs no recovery', async () => {
  for (const seed of seedsOf(20)) {
    const random = new Random(seed);
    const { store, system } = await openInMemory(new MemoryFileSystem({ fileBytesMax: 128 * 1024 }));
    await store.createTopic('orders', { partitions: 3, config: { 'segment.bytes': 2048 } });
    const values: string[][] = [[], [], []];
    for (let i = random.between(0, 90); i > 0; i--) {
      const partition = random.between(0, 2);
      values[partition].push(`v${i}`);
      store.partition('orders', partition).append([{ value: `v${i}` }]);
    }
    await store.close();
    expect(system.openFiles).toBe(0);
    const again = (await openInMemory(system.crash(random))).store;
    const what = `MILLRACE_SEED=${seed}`;
    expect(again.recovery.clean, what).toBe(true);
    for (let i = 0; i < 3; i++) expect(valuesOf(again.partition('orders', i)), what).toEqual(values[i]);
    await again.close();
  }
});

test('a log that nobody wrote is closed without writing', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  store.partition('orders', 0).append([{ value: 'x' }]);
  await store.close();
  const again = (await openInMemory(system)).store;
  valuesOf(again.partition('orders', 0));
  again.partition('orders', 1);
  const touched: string[] = [];
  system.fault = (operation, path) => {
    if (operation !== 'open') touched.push(path);
    return null;
  };
  await again.close();
  expect(touched.filter((path) => path.includes('/orders-'))).toEqual([]);
});

test('log starts that moved without a record being written are kept', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  for (let i = 0; i < 5; i++) store.partition('orders', 0).append([{ value: `v${i}` }]);
  await store.close();
  const second = (await openInMemory(system)).store;
  second.partition('orders', 0).deleteRecords(3);
  await second.close();
  expect(read(system, `${DATA}/log-start-offset-checkpoint`)).toBe('0\n1\norders 0 3\n');
  const third = (await openInMemory(system)).store;
  expect(valuesOf(third.partition('orders', 0))).toEqual(['v3', 'v4']);
  await third.close();
});

test('offline: nothing is written, no marker, and everything is let go', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  await log.append([{ value: 'durable' }]).durable;
  system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
  const offline = expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' });
  await expect(log.append([{ value: 'lost' }]).durable).rejects.toThrow(offline);
  expect(store.failure).toEqual(offline);
  expect(() => log.append([{ value: 'refused' }])).toThrow(offline);
  await expect(store.createTopic('more')).rejects.toThrow(offline);
  expect(valuesOf(log)).toEqual(['durable', 'lost']);
  await store.close();
  system.fault = null;
  expect(system.openFiles).toBe(0);
  expect(namesIn(system)).not.toContain('.kafka_cleanshutdown');
  const again = (await openInMemory(system)).store;
  expect(again.recovery.clean).toBe(false);
  expect(valuesOf(again.partition('orders', 0))[0]).toBe('durable');
  await again.close();
});

test('a failure is told once, to who wants to know', async () => {
  const failures: string[] = [];
  const { store, system } = await openInMemory(undefined, { onFailure: ({ code }) => failures.push(code) });
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'x' }]);
  system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
  // The flush may fail in the close or before; either way the store says so.
  await store.checkpoint().catch(() => undefined);
  await store.close().catch(() => undefined);
  expect(failures).toEqual(['ERR_MILLRACE_OFFLINE']);
});

test('a full disk at close: what could not be written is said, and the next open recovers it', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'kept' }]);
  system.fault = (operation, path) => (operation === 'pwrite' && path.includes('recovery-point') ? 'ENOSPC' : null);
  await expect(store.close()).rejects.toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  system.fault = null;
  expect(namesIn(system)).not.toContain('.kafka_cleanshutdown');
  const again = (await openInMemory(system)).store;
  expect(valuesOf(again.partition('orders', 0))).toEqual(['kept']);
  await again.close();
});

test('a change that is being made is finished first', async () => {
  const { store, system } = await openInMemory();
  const [created] = await Promise.all([store.createTopic('orders', { partitions: 5 }), store.close()]);
  expect(created.partitions).toBe(5);
  const again = (await openInMemory(system)).store;
  expect(again.recovery.clean).toBe(true);
  expect(again.topics()).toEqual([created]);
  await again.close();
});

test('no descriptor is left in the process', async () => {
  const descriptors = (): number => readdirSync('/proc/self/fd').length;
  const directory = temporaryDirectory();
  const before = descriptors();
  for (let round = 0; round < 3; round++) {
    const store = await open(directory);
    if (round === 0) await store.createTopic('orders', { partitions: 4 });
    for (let i = 0; i < 4; i++) store.partition('orders', i).append([{ value: 'x' }]);
    await store.close();
  }
  expect(descriptors()).toBeLessThanOrEqual(before + 1);
});
