/** What topics' changes ask of the disk, and who waits for it: the flusher's thread, never the event loop. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { openInMemory } from './store-fixture.ts';

/** A store whose flush rounds run when the test says so. */
async function setUp() {
  const system = new MemoryFileSystem({ flush: 'manual' });
  const flush = async (): Promise<void> => {
    system.runFlush();
    await setImmediate();
  };
  const flushing = async <T>(work: Promise<T>): Promise<T> => {
    const state = { isOver: false };
    const over = (): void => void (state.isOver = true);
    work.then(over, over);
    while (!state.isOver) await flush();
    return work;
  };
  const { store } = await flushing(openInMemory(system));
  return { system, store, flush, flushing };
}

test('the event loop waits for no disk while topics are made, extended, altered and deleted', async () => {
  const { system, store, flushing } = await setUp();
  const runFlush = system.runFlush.bind(system);
  let isRound = false;
  system.runFlush = () => {
    isRound = true;
    const ran = runFlush();
    isRound = false;
    return ran;
  };
  const waits = { event: 0, thread: 0 };
  system.fault = (operation) => {
    if (/sync/.test(operation)) waits[isRound ? 'thread' : 'event']++;
    return null;
  };
  await flushing(store.createTopic('orders'));
  await flushing(store.addPartitions('orders', 3));
  await flushing(store.alterTopic('orders', { 'retention.ms': 1_000_000 }));
  await flushing(store.deleteTopic('orders'));
  expect(waits.thread).toBeGreaterThan(8);
  expect(waits.event).toBe(0);
  system.fault = null;
  await flushing(store.close());
});

test('who waits for durability of a deleted topic is told that it is closed', async () => {
  const { store, flush, flushing } = await setUp();
  await flushing(store.createTopic('orders'));
  const log = store.partition('orders', 0);
  const deleting = store.deleteTopic('orders');
  // The bytes of its note are safe, and not yet its name; what is asked for now comes after that.
  await setImmediate();
  await flush();
  const receipt = log.append([{ value: 'x' }]);
  const isTold = { code: 'ERR_MILLRACE_CLOSED' };
  const waiting = expect(receipt.durable).rejects.toMatchObject(isTold);
  await flushing(deleting);
  await waiting;
  await expect(receipt.durable).rejects.toMatchObject(isTold);
  await flushing(store.close());
});
