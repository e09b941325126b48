import { expect, test } from 'vitest';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { recoverInThread, recoverLogs } from '#millrace/store/recovery-task.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DATA, openInMemory } from './store-fixture.ts';

const settings = DEFAULT_LOG_SETTINGS;

test('each log of a task has its own outcome, which is plain data', async () => {
  const system = new MemoryFileSystem();
  const { store } = await openInMemory(system);
  await store.createTopic('orders', { partitions: 2 });
  store.partition('orders', 1).append([{ value: 'x' }, { value: 'y' }]);
  const killed = system.kill();
  killed.remove(`${DATA}/orders-0/00000000000000000000.log`);
  const swap = killed.open(`${DATA}/orders-0/00000000000000000000.log.swap`, 'w+');
  swap.write(Buffer.from('x'), 0, 1, 0);
  swap.close();
  const task = [0, 1].map((i) => ({ directory: `${DATA}/orders-${i}`, settings, recoveryPoint: 0 }));
  const outcomes = structuredClone(recoverLogs(killed, task));
  expect(outcomes).toEqual([
    { error: expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }) },
    { report: expect.objectContaining({ directory: `${DATA}/orders-1`, endOffset: 2, damage: null }) },
  ]);
});

test('a thread has a file system of its own', () => {
  const directory = temporaryDirectory();
  expect(recoverInThread([{ directory, settings, recoveryPoint: 0 }])).toEqual([
    { report: expect.objectContaining({ directory, endOffset: 0 }) },
  ]);
  expect(recoverInThread([{ directory: `${directory}/missing`, settings, recoveryPoint: 0 }])).toEqual([
    { error: expect.objectContaining({ code: 'ERR_MILLRACE_IO' }) },
  ]);
});
