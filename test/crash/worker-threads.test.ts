/** Worker threads read what the main thread writes, or write themselves, through an addon of their own, and may be terminated at any time. */
import { readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore, type Store } from '#millrace/main.js';
import { native } from '#millrace/native.js';
import { Random, seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const WORKER = new URL('reading-worker.mjs', import.meta.url);
const WRITING_WORKER = new URL('writing-worker.mjs', import.meta.url);

/** Appends to the store until stopped, deletes what is old, and lets the event loop run in between. */
function writeOn(store: Store): { stop(): Promise<number> } {
  const log = store.partition('a', 0);
  const state = { stopped: false };
  const written = (async () => {
    while (!state.stopped) {
      for (let i = 0; i < 20; i++) {
        const { endOffset } = log;
        log.append([0, 1, 2].map((j) => ({ value: `${endOffset + j} ${'v'.repeat(500)}` })));
      }
      if (log.endOffset - log.startOffset > 2000) log.deleteRecords(log.endOffset - 1000);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return log.endOffset;
  })();
  return {
    stop: () => {
      state.stopped = true;
      return written;
    },
  };
}

/** Descriptors of this process that lead into `directory`; always none where there is no Linux to ask. */
function openIn(directory: string): string[] {
  if (process.platform !== 'linux') return [];
  const targets = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // Closed since it was listed.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(`${directory}/`));
}

/** Settles with what the worker has read when it first tells; rejects with what it threw. */
function firstReport(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('workers read a live store, and are terminated in the middle', { timeout: 60_000 }, async () => {
  const [seed] = seedsOf(1);
  const random = new Random(seed);
  const directory = join(temporaryDirectory(), 'data');
  const store = await openStore(directory);
  await store.createTopic('a', { config: { 'segment.bytes': 64 * 1024, 'index.interval.bytes': 1000 } });
  const writer = writeOn(store);

  const steady = new Worker(WORKER, { workerData: { directory, rounds: 20 } });
  const steadyExit = new Promise((resolve, reject) => {
    steady.once('exit', resolve);
    steady.once('error', reject);
  });
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(WORKER, { workerData: { directory, rounds: -1 } });
    await firstReport(worker);
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 40)));
    expect(await worker.terminate()).toBe(1);
  }
  expect(await steadyExit).toBe(0);
  const endOffset = await writer.stop();
  expect(endOffset).toBeGreaterThan(1000);
  expect(store.partition('a', 0).endOffset).toBe(endOffset);
  await store.close();

  const reopened = await openStore(directory);
  expect(reopened.recovery.clean).toBe(true);
  expect(reopened.partition('a', 0).endOffset).toBe(endOffset);
  await reopened.close();
});

test('a worker that is terminated takes its mappings and descriptors with it', { timeout: 60_000 }, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const store = await openStore(directory);
  await store.createTopic('a', { config: { 'segment.bytes': 64 * 1024 } });
  const log = store.partition('a', 0);
  for (let i = 0; i < 500; i++) log.append([{ value: `${i} ${'v'.repeat(500)}` }]);
  await log.flush(); // which closes the segments that were sealed
  const before = native.counters().mappings;
  const openBefore = openIn(directory);
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(WORKER, { workerData: { directory, rounds: -1 } });
    expect(await firstReport(worker)).toBeGreaterThanOrEqual(500);
    await worker.terminate();
  }
  expect(native.counters().mappings).toBeLessThanOrEqual(before);
  expect(openIn(directory)).toEqual(openBefore);
  await store.close();
});

test.each(['terminate', 'throw', 'exit'])(
  'a directory whose writer was a worker that ends by %s can be opened again',
  { timeout: 60_000 },
  async (end) => {
    const directory = join(temporaryDirectory(), 'data');
    let durable = 0;
    for (let i = 0; i < 3; i++) {
      const worker = new Worker(WRITING_WORKER, { workerData: { directory, end } });
      const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      durable = await firstReport(worker);
      worker.on('error', () => undefined); // which is what it throws at its end
      if (end === 'terminate') await worker.terminate();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      else worker.postMessage('end');
      await exit;
      expect(openIn(directory)).toEqual([]);

      const store = await openStore(directory);
      // As after a kill: what an append had begun may be cut off, what was told is there.
      expect(store.recovery.clean).toBe(false);
      const log = store.partition('a', 0);
      expect(log.endOffset).toBeGreaterThanOrEqual(durable);
      const [batch] = log.read(log.endOffset - 1);
      expect(String([...batch][0].value)).toMatch(`${log.endOffset - 1} v`);
      await store.close();
    }
    expect(durable).toBeGreaterThanOrEqual(600);
  },
);
