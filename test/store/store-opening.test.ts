import { expect, test } from 'vitest';
import { MemoryFileSystem, type Operation } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { namesIn, openInMemory, valuesOf } from './store-fixture.ts';

async function stopped(): Promise<MemoryFileSystem> {
  const { store, system } = await openInMemory(new MemoryFileSystem({ fileBytesMax: 128 * 1024 }));
  await store.createTopic('orders', { partitions: 2 });
  store.partition('orders', 0).append([{ value: 'kept' }]);
  await store.close();
  return system;
}

test('a new directory is on stable storage, with its ids', async () => {
  const { store, system } = await openInMemory();
  const ids = [store.clusterId, store.directoryId];
  const again = (await openInMemory(system.crash(new Random(3)))).store;
  expect([again.clusterId, again.directoryId]).toEqual(ids);
  expect(again.recovery.clean).toBe(true);
  await again.close();
});

test('a new directory gets the number that it is given, and keeps it', async () => {
  const { store, system } = await openInMemory(undefined, { nodeId: 5 });
  expect(store.nodeId).toBe(5);
  await store.close();
  await expect(openInMemory(system, { nodeId: 6 })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_INVALID_ARGUMENT',
    message: expect.stringMatching(/^nodeId must be 5, as .*meta\.properties says, got 6$/),
  });
  for (const options of [{ nodeId: 5 }, {}]) {
    const again = (await openInMemory(system, options)).store;
    expect(again.nodeId).toBe(5);
    await again.close();
  }
});

test('the marker is gone, durably, before a partition is looked at', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const system = await stopped();
    expect(namesIn(system)).toContain('.kafka_cleanshutdown');
    await openInMemory(system);
    const again = await openInMemory(system.crash(new Random(seed)));
    expect(again.store.recovery.clean, `seed ${seed}`).toBe(false);
    await again.store.close();
  }
});

test('an open that fails at whichever call leaves no lock, no descriptor, and all the records', async () => {
  let nth = 0;
  for (let isDone = false; !isDone; nth++) {
    const system = await stopped();
    let count = 0;
    system.fault = (_operation: Operation, path) => (count++ === nth && !path.endsWith('.lock') ? 'EIO' : null);
    const opened = await openInMemory(system).then(
      ({ store }) => store,
      (error: Error) => error,
    );
    system.fault = null;
    isDone = count <= nth;
    if (opened instanceof Error)
      expect(opened).toMatchObject({ code: expect.stringMatching(/^ERR_MILLRACE_(IO|OFFLINE)$/) });
    else await opened.close();
    expect(system.openFiles, `call ${nth}`).toBe(0);
    const { store } = await openInMemory(system);
    expect(valuesOf(store.partition('orders', 0)), `call ${nth}`).toEqual(['kept']);
    await store.close();
  }
  expect(nth).toBeGreaterThan(8);
});
