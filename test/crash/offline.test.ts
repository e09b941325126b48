/**
 * A flush that fails is final: the store goes offline, nothing is acknowledged after it, not by a flush that would work either, and opening
 * it again finds all that was acknowledged before. On the file system in memory, where a call can be made to fail.
 */
import { expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { openStore } from '#millrace/store/open-store.js';
import { MemoryFileSystem, type Operation } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';

const offline = expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' });

/** `true` or the code of the error. */
async function outcome(promise: Promise<void>): Promise<string | true> {
  try {
    await promise;
    return true;
  } catch (error) {
    if (isMillraceError(error)) return error.code;
    throw error;
  }
}

test.each<[Operation, string]>([
  ['fdatasync', 'EIO'],
  ['fdatasync', 'ENOSPC'],
  ['fsync', 'EIO'],
])('%s fails with %s', async (operation, code) => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  const failures: unknown[] = [];
  const store = await openStore('/data', { fileSystem: system, onFailure: (error) => failures.push(error) });
  await store.createTopic('a', { partitions: 2 });
  const [first, second] = [store.partition('a', 0), store.partition('a', 1)];
  await Promise.all([first.append([{ value: 'kept' }]).durable, second.append([{ value: 'kept' }]).durable]);

  system.fault = (called) => (called === operation ? code : null);
  const waiting = first.append([{ value: 'in the round that fails' }]);
  first.roll();
  const results = [outcome(waiting.durable), outcome(first.flush())];
  expect(await Promise.all(results)).toEqual(['ERR_MILLRACE_OFFLINE', 'ERR_MILLRACE_OFFLINE']);
  system.fault = null;

  // The disk would work again; what it lost meanwhile nobody knows.
  expect(store.failure).toEqual(offline);
  expect(failures).toEqual([offline]);
  expect(await outcome(waiting.durable)).toBe('ERR_MILLRACE_OFFLINE');
  expect(() => first.append([{ value: 'refused' }])).toThrow(offline);
  expect(() => second.append([{ value: 'refused' }])).toThrow(offline);
  expect(() => second.deleteRecords(1)).toThrow(offline);
  expect(() => second.truncateTo(0)).toThrow(offline);
  await expect(store.createTopic('b')).rejects.toEqual(offline);
  await expect(store.checkpoint()).rejects.toEqual(offline);
  expect([...first.read(0)].length).toBeGreaterThan(0);
  await outcome(store.close());
  expect(system.openFiles).toBe(0);

  // The machine stops before anybody has opened the directory again.
  const after = system.crash(new Random(1));
  const reopened = await openStore('/data', { fileSystem: after, recoveryThreads: 0 });
  expect(reopened.recovery.clean).toBe(false);
  expect(reopened.failure).toBeNull();
  for (const partition of [0, 1]) {
    const log = reopened.partition('a', partition);
    expect(log.endOffset).toBeGreaterThanOrEqual(1);
    const [batch] = log.read(0);
    expect(String([...batch][0].value)).toBe('kept');
    await log.append([{ value: 'goes on' }]).durable;
  }
  await reopened.close();
});

test('a disk that fails in the middle of an append takes the store offline too', async () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  const store = await openStore('/data', { fileSystem: system });
  await store.createTopic('a', { config: { 'segment.bytes': 2048 } });
  const log = store.partition('a', 0);
  const acknowledged = log.append([{ value: Buffer.alloc(1500) }]);
  await acknowledged.durable;
  system.fault = (called) => (called === 'fallocate' ? 'EIO' : null);
  expect(() => log.append([{ value: Buffer.alloc(1500) }])).toThrow(offline);
  system.fault = null;
  expect(log.endOffset).toBe(1);
  expect(() => log.append([{ value: 'small' }])).toThrow(offline);
  await outcome(store.close());
  const reopened = await openStore('/data', { fileSystem: system.kill(), recoveryThreads: 0 });
  expect(reopened.partition('a', 0).endOffset).toBe(1);
  await reopened.close();
});
