import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecoveryProgress } from '#millrace/main.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DATA, Messages, namesIn, open, openInMemory, read, valuesOf } from './store-fixture.ts';

async function killed(partitions: number, records = 10): Promise<MemoryFileSystem> {
  const system = new MemoryFileSystem({ fileBytesMax: 128 * 1024 });
  const { store } = await openInMemory(system);
  await store.createTopic('orders', { partitions });
  for (let i = 0; i < partitions * records; i++) store.partition('orders', i % partitions).append([{ value: `v${i}` }]);
  return system.kill();
}

test('after a kill all that was appended is there, and the next stop is clean', async () => {
  const system = await killed(5);
  const progress: RecoveryProgress[] = [];
  const { store } = await openInMemory(system, { onRecovery: (each) => progress.push(each) });
  expect(store.recovery).toMatchObject({ clean: false, partitions: 5, threads: 0, damage: [], unavailable: [] });
  expect(store.recovery.bytesRead).toBeGreaterThan(5 * 10 * 61);
  expect(progress.map(({ done, total }) => [done, total])).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
  expect(new Set(progress.map(({ partition }) => partition)).size).toBe(5);
  expect(progress.at(-1)).toMatchObject({
    topic: 'orders',
    bytes: progress[0].bytesTotal,
    bytesTotal: progress[0].bytesTotal,
  });
  for (let i = 0; i < 5; i++) expect(valuesOf(store.partition('orders', i))).toHaveLength(10);
  await store.close();
  const again = (await openInMemory(system)).store;
  expect(again.recovery.clean).toBe(true);
  await again.close();
});

test('what was recovered needs no second look after another kill', async () => {
  const first = await openInMemory(await killed(3));
  expect(read(first.system, `${DATA}/recovery-point-offset-checkpoint`)).toBe(
    '0\n3\norders 0 10\norders 1 10\norders 2 10\n',
  );
  const second = await openInMemory(first.system.kill());
  expect(second.store.recovery.bytesRead).toBeLessThanOrEqual(first.store.recovery.bytesRead);
  expect(valuesOf(second.store.partition('orders', 2))).toHaveLength(10);
  await second.store.close();
});

// Elsewhere there is no call that syncs a file system, and each log is synced by itself.
test.runIf(process.platform === 'linux')(
  'one sync of the file system does for all partitions, before any is said to be whole',
  async () => {
    const syncsOf = async (partitions: number): Promise<string[]> => {
      const system = await killed(partitions);
      const syncs: string[] = [];
      system.fault = (operation, path) => {
        if (operation === 'fdatasync' || operation === 'fsync' || operation === 'syncfs') syncs.push(path);
        return null;
      };
      const { store } = await openInMemory(system);
      await store.close();
      return syncs;
    };
    expect((await syncsOf(8)).length - (await syncsOf(2)).length).toBeLessThanOrEqual(6);

    // A power failure while recovery ran, however far the pages had come: nothing is lost that was there before.
    for (let seed = 1; seed <= 20; seed++) {
      const system = await killed(3);
      system.disk.syncAll();
      system.fault = (operation) => (operation === 'syncfs' ? 'EIO' : null);
      await expect(openInMemory(system)).rejects.toMatchObject({ code: 'ERR_MILLRACE_IO' });
      const { store } = await openInMemory(system.crash(new Random(seed)));
      for (let i = 0; i < 3; i++) expect(valuesOf(store.partition('orders', i))).toHaveLength(10);
      await store.close();
    }
  },
);

test('damage is cut off, reported with path and position, and costs its own partition only', async () => {
  const system = await killed(2);
  const path = `${DATA}/orders-1/00000000000000000000.log`;
  const file = system.open(path, 'r+');
  const bytes = Buffer.alloc(1);
  file.read(bytes, 0, 1, 400);
  bytes[0] ^= 1;
  file.write(bytes, 0, 1, 400);
  file.close();
  const messages = new Messages();
  const { store } = await openInMemory(system, { logger: messages.logger });
  expect(store.recovery.damage).toEqual([expect.objectContaining({ path, reason: 'checksum', segmentsRemoved: [] })]);
  const { position } = store.recovery.damage[0];
  expect(position).toBeGreaterThan(300);
  expect(position).toBeLessThanOrEqual(400);
  expect(messages.warnings()).toEqual(['a log was damaged and was cut there']);
  const left = valuesOf(store.partition('orders', 1));
  expect(left.length).toBeGreaterThan(3);
  expect(left).toEqual(Array.from({ length: left.length }, (_, i) => `v${i * 2 + 1}`));
  expect(valuesOf(store.partition('orders', 0))).toHaveLength(10);
  await store.close();
});

/** A replacement for a segment that is no log: nobody may put it into the place of one. */
function writeGarbage(system: MemoryFileSystem, path: string): void {
  const file = system.open(path, 'w+');
  file.write(Buffer.from('x'), 0, 1, 0);
  file.close();
}

test('a partition of a kind that cannot be recovered is unavailable by itself, and no stop is clean until it is', async () => {
  const system = await killed(2);
  const swap = `${DATA}/orders-0/00000000000000000000.log.swap`;
  writeGarbage(system, swap);
  const { store } = await openInMemory(system);
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path: swap });
  expect(store.recovery.unavailable).toEqual([{ topic: 'orders', partition: 0, error: corrupt }]);
  expect(() => store.partition('orders', 0)).toThrow(corrupt);
  expect(valuesOf(store.partition('orders', 1))).toHaveLength(10);
  await store.close();
  expect(namesIn(system)).not.toContain('.kafka_cleanshutdown');
  system.remove(swap);
  const again = (await openInMemory(system)).store;
  expect(valuesOf(again.partition('orders', 0))).toHaveLength(10);
  await again.close();
});

test('a disk that fails makes the open fail, and lets the lock go', async () => {
  const system = await killed(3);
  system.fault = (operation, path) => (operation === 'pread' && path.includes('orders-1') ? 'EIO' : null);
  await expect(openInMemory(system)).rejects.toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }));
  system.fault = null;
  expect(system.openFiles).toBe(0);
  const { store } = await openInMemory(system);
  expect(valuesOf(store.partition('orders', 1))).toHaveLength(10);
  await store.close();
});

describe('in worker threads', () => {
  test('64 MiB and more are recovered there, the event loop goes on, and no thread is left', async () => {
    const directory = temporaryDirectory();
    let store = await open(directory);
    await store.createTopic('orders', { partitions: 3, config: { 'segment.bytes': 8 * 1024 * 1024 } });
    const value = Buffer.alloc(512 * 1024, 'x');
    for (let i = 0; i < 135; i++) store.partition('orders', i % 3).append([{ value }]);
    await store.close();
    // As after a kill: no marker, nothing known, and one index less.
    rmSync(join(directory, '.kafka_cleanshutdown'));
    rmSync(join(directory, 'recovery-point-offset-checkpoint'));
    rmSync(join(directory, 'orders-1', '00000000000000000000.index'));
    const progress: RecoveryProgress[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 2);
    store = await open(directory, { recoveryThreads: 2, onRecovery: (each) => progress.push(each) });
    clearInterval(timer);
    expect(store.recovery).toMatchObject({ clean: false, partitions: 3, threads: 2, damage: [] });
    expect(store.recovery.bytesRead).toBeGreaterThan(64 * 1024 * 1024);
    expect(turns).toBeGreaterThan(1);
    expect(progress.map(({ done }) => done)).toEqual([1, 2, 3]);
    for (let i = 0; i < 3; i++) expect(store.partition('orders', i).endOffset).toBe(45);
    await store.close();
  }, 60_000);
});
