import { expect, test } from 'vitest';
import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, Messages, namesIn, openInMemory, read, valuesOf } from './store-fixture.ts';

const RECOVERY = `${DATA}/recovery-point-offset-checkpoint`;
const START = `${DATA}/log-start-offset-checkpoint`;

async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

test('at its interval it makes durable what is dirty, and writes up to where no recovery is needed', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock, checkpointIntervalMs: 1000 });
  await store.createTopic('orders', { partitions: 3 });
  for (let i = 0; i < 5; i++) store.partition('orders', 1).append([{ value: 'x' }]);
  clock.advance(999);
  await turns();
  expect(namesIn(system)).not.toContain('recovery-point-offset-checkpoint');
  clock.advance(1);
  await turns();
  expect(read(system, RECOVERY)).toBe('0\n1\norders 1 5\n');
  store.partition('orders', 2).append([{ value: 'x' }]);
  clock.advance(1000);
  await turns();
  expect(read(system, RECOVERY)).toBe('0\n2\norders 1 5\norders 2 1\n');
  await store.close();
  expect(clock.scheduled).toBe(0);
});

test('what a checkpoint says holds after a power failure, whatever came later', async () => {
  const system = new MemoryFileSystem();
  const { store } = await openInMemory(system);
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  for (let i = 0; i < 50; i++) log.append([{ value: `v${i}` }]);
  await store.checkpoint();
  log.append([{ value: 'later' }]);
  const { Random } = await import('../support/random.ts');
  const again = (await openInMemory(system.crash(new Random(7)))).store;
  expect(valuesOf(again.partition('orders', 0)).slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, i) => `v${i}`));
  await again.close();
});

test('a log start is written after what lies before it is durable', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  for (let i = 0; i < 9; i++) log.append([{ value: 'x' }]);
  log.deleteRecords(4);
  await store.checkpoint();
  expect([read(system, RECOVERY), read(system, START)]).toEqual(['0\n1\norders 0 9\n', '0\n1\norders 0 4\n']);
  const again = (await openInMemory(system.kill())).store;
  expect(again.partition('orders', 0).startOffset).toBe(4);
  await again.close();
});

test('a cut lowers the recovery point before it cuts', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  const log = store.partition('orders', 0);
  for (let i = 0; i < 9; i++) log.append([{ value: 'x' }]);
  log.deleteRecords(4);
  await store.checkpoint();
  log.truncateTo(6);
  expect([read(system, RECOVERY), read(system, START)]).toEqual(['0\n1\norders 0 6\n', '0\n1\norders 0 4\n']);
  log.truncateFullyAndStartAt(2);
  expect([read(system, RECOVERY), read(system, START)]).toEqual(['0\n1\norders 0 2\n', '0\n1\norders 0 2\n']);
  expect([log.startOffset, log.endOffset]).toEqual([2, 2]);
  await store.close();
});

test('a full disk is told of and tried again; a failed one ends it', async () => {
  const clock = new FakeClock();
  const messages = new Messages();
  const { store, system } = await openInMemory(undefined, {
    clock,
    checkpointIntervalMs: 1000,
    logger: messages.logger,
  });
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'x' }]);
  system.fault = (operation, path) => (operation === 'pwrite' && path.includes('checkpoint') ? 'ENOSPC' : null);
  clock.advance(1000);
  await turns();
  expect(messages.warnings()).toEqual(['a checkpoint failed; recovery after a crash will take longer']);
  expect(store.failure).toBeNull();
  system.fault = null;
  clock.advance(1000);
  await turns();
  expect(read(system, RECOVERY)).toBe('0\n1\norders 0 1\n');
  store.partition('orders', 0).append([{ value: 'y' }]);
  system.fault = (operation, path) => (operation === 'fdatasync' && path.includes('checkpoint') ? 'EIO' : null);
  await expect(store.checkpoint()).rejects.toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' }));
  await turns();
  expect(store.failure).toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
  await store.close();
});

test('a topic that is deleted meanwhile is no failure', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders', { partitions: 20 });
  for (let i = 0; i < 20; i++) store.partition('orders', i).append([{ value: 'x' }]);
  await Promise.all([store.checkpoint(), store.deleteTopic('orders')]);
  expect(store.failure).toBeNull();
  await store.close();
});
