import { describe, expect, test } from 'vitest';
import type { Store } from '#millrace/main.js';
import { MemoryFileSystem, type Operation } from '../support/memory-file-system.ts';
import { Random, seedsOf } from '../support/random.ts';
import { SmallDisk, testOnSmallDisk } from '../support/small-disk.ts';
import { DATA, namesIn, open, openInMemory, valuesOf } from './store-fixture.ts';

const code = (name: string): unknown => expect.objectContaining({ code: `ERR_MILLRACE_${name}` });

test('what a topic cannot be is refused, and nothing is made', async () => {
  const { store, system } = await openInMemory();
  const before = namesIn(system);
  for (const name of ['', '.', '..', 'a/b', 'x'.repeat(250), '__cluster_metadata', 7]) {
    await expect(store.createTopic(name as string), String(name)).rejects.toThrow(code('INVALID_TOPIC'));
  }
  for (const partitions of [0, -1, 1.5, NaN, 100_001, '3', null]) {
    const refused = expect(store.createTopic('x', { partitions: partitions as number }), String(partitions)).rejects;
    await refused.toThrow(code('INVALID_ARGUMENT'));
  }
  for (const config of [
    { colour: 1 },
    { 'segment.bytes': 1 },
    { 'min.compaction.lag.ms': 9, 'max.compaction.lag.ms': 8 },
    'x',
  ]) {
    await expect(store.createTopic('x', { config: config as object })).rejects.toThrow(code('INVALID_ARGUMENT'));
  }
  expect(store.topics()).toEqual([]);
  expect(namesIn(system)).toEqual(before);
  await store.close();
});

test('a topic that exists is refused, also when both are asked for at once', async () => {
  const { store } = await openInMemory();
  const results = await Promise.allSettled([store.createTopic('a'), store.createTopic('a'), store.createTopic('b')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'ERR_MILLRACE_TOPIC_EXISTS' });
  await store.close();
});

test('a directory that is in the way is not taken over', async () => {
  const { store, system } = await openInMemory();
  system.makeDirectory(`${DATA}/orders-1`);
  await expect(store.createTopic('orders', { partitions: 2 })).rejects.toThrow(code('TOPIC_EXISTS'));
  expect(namesIn(system)).not.toContain('orders-0');
  await store.close();
});

test('partitions are added, never taken away', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 2 });
  store.partition('orders', 1).append([{ value: 'kept' }]);
  for (const total of [0, 1, 2, 2.5, 100_001]) {
    await expect(store.addPartitions('orders', total), String(total)).rejects.toThrow(code('INVALID_ARGUMENT'));
  }
  expect((await store.addPartitions('orders', 4)).partitions).toBe(4);
  store.partition('orders', 3).append([{ value: 'new' }]);
  await store.close();
  const again = (await openInMemory(system)).store;
  expect(again.topic('orders').partitions).toBe(4);
  expect([1, 3].map((partition) => valuesOf(again.partition('orders', partition)))).toEqual([['kept'], ['new']]);
  await again.close();
});

test('topics of the coordinators keep their partitions', async () => {
  const { store } = await openInMemory();
  for (const topic of ['__consumer_offsets', '__transaction_state']) {
    await store.createTopic(topic, { partitions: 2 });
    await expect(store.addPartitions(topic, 3)).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_TOPIC' });
    expect(store.topic(topic).partitions).toBe(2);
  }
});

test('settings change from the next append on, and are there after a stop', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { config: { 'max.message.bytes': 100, 'segment.ms': 5 } });
  const log = store.partition('orders', 0);
  expect(() => log.append([{ value: 'x'.repeat(200) }])).toThrow(code('TOO_LARGE'));
  const changed = await store.alterTopic('orders', { 'max.message.bytes': 1000, 'segment.ms': null });
  expect(changed.config).toEqual({ 'max.message.bytes': 1000 });
  log.append([{ value: 'x'.repeat(200) }]);
  await expect(store.alterTopic('orders', { 'segment.ms': 0 })).rejects.toThrow(code('INVALID_ARGUMENT'));
  await store.close();
  const again = (await openInMemory(system)).store;
  expect(again.topic('orders').config).toEqual({ 'max.message.bytes': 1000 });
  await again.close();
});

test('a deleted topic is gone at once; its views stay valid, and its name is free', async () => {
  const { store, system } = await openInMemory();
  const first = await store.createTopic('orders', { partitions: 2 });
  const log = store.partition('orders', 0);
  log.append([{ value: 'seen' }]);
  const [batch] = log.read(0);
  const gone = store.deleteTopic('orders');
  await gone;
  expect(String([...batch][0].value)).toBe('seen');
  expect(() => log.append([{ value: 'late' }])).toThrow(code('CLOSED'));
  expect(() => store.partition('orders', 0)).toThrow(code('UNKNOWN_TOPIC'));
  expect(namesIn(system).filter((name) => name.includes('orders'))).toEqual([]);
  const second = await store.createTopic('orders');
  expect(second.id).not.toBe(first.id);
  expect(store.partition('orders', 0).endOffset).toBe(0);
  await store.close();
  expect(system.openFiles).toBe(0);
});

test('a deletion waits for the flush that may name its directory', async () => {
  const system = new MemoryFileSystem();
  const { store } = await openInMemory(system);
  await store.createTopic('orders', { partitions: 1, config: { 'segment.bytes': 1024 } });
  await store.createTopic('other');
  const log = store.partition('orders', 0);
  for (let i = 0; i < 30; i++) log.append([{ value: 'x'.repeat(100) }]);
  const { durable } = store.partition('other', 0).append([{ value: 'y' }]);
  await store.deleteTopic('orders');
  await durable;
  expect(store.failure).toBeNull();
  await store.close();
});

/** What a store is made to do, and which outcomes a crash may leave: none of it, or all. */
const changes: Record<string, { run(store: Store): Promise<unknown>; before: unknown; after: unknown }> = {
  create: {
    run: (store) => store.createTopic('new', { partitions: 6, config: { 'segment.ms': 5 } }),
    before: [['old', 2, {}]],
    after: [
      ['old', 2, {}],
      ['new', 6, { 'segment.ms': 5 }],
    ],
  },
  extend: {
    run: (store) => store.addPartitions('old', 7),
    before: [['old', 2, {}]],
    after: [['old', 7, {}]],
  },
  delete: { run: (store) => store.deleteTopic('old'), before: [['old', 2, {}]], after: [] },
  alter: {
    run: (store) => store.alterTopic('old', { 'segment.ms': 5 }),
    before: [['old', 2, {}]],
    after: [['old', 2, { 'segment.ms': 5 }]],
  },
};

const summary = (store: Store): unknown =>
  store.topics().map(({ name, partitions, config }) => [name, partitions, config]);

async function prepared(): Promise<{ store: Store; system: MemoryFileSystem }> {
  const opened = await openInMemory(new MemoryFileSystem({ fileBytesMax: 128 * 1024 }));
  await opened.store.createTopic('old', { partitions: 2 });
  await opened.store.partition('old', 1).append([{ value: 'kept' }]).durable;
  return opened;
}

/** The store as the next process finds it: nothing of a change, or all of it, with the records that were durable, and usable. */
async function check(
  system: MemoryFileSystem,
  change: keyof typeof changes,
  mustHave: boolean,
  what: string,
): Promise<void> {
  const { store } = await openInMemory(system);
  const found = summary(store);
  const { before, after } = changes[change];
  if (mustHave) expect(found, what).toEqual(after);
  else expect([before, after], what).toContainEqual(found);
  for (const { name, partitions } of store.topics()) {
    for (let i = 0; i < partitions; i++) {
      const log = store.partition(name, i);
      expect(valuesOf(log), what).toEqual(name === 'old' && i === 1 ? ['kept'] : []);
      expect(log.append([{ value: 'more' }]).baseOffset, what).toBe(log.endOffset - 1);
    }
  }
  const present = namesIn(system).filter((name) => /-\d+$|delete$/.test(name));
  const wanted = store
    .topics()
    .flatMap(({ name, partitions }) => Array.from({ length: partitions }, (_, i) => `${name}-${i}`));
  expect(present.sort(), what).toEqual(wanted.sort());
  await store.close();
}

describe.each(Object.keys(changes))('%s', (change) => {
  test('is there after a power failure when it was said to be, and as a whole or not at all when it was not', async () => {
    for (const seed of seedsOf(12)) {
      const random = new Random(seed);
      // At first count the operations, then stop at one of them.
      const stopAt = random.between(0, 60);
      const { store, system } = await prepared();
      let count = 0;
      system.fault = () => (count++ >= stopAt ? 'EIO' : null);
      const done = await changes[change].run(store).then(
        () => true,
        () => false,
      );
      await check(system.crash(random), change, done, `MILLRACE_SEED=${seed}, ${change} stopped at ${stopAt}`);
    }
  });

  test('one call fails: the store goes on as before or goes offline, and the next open finds none of it or all', async () => {
    for (const [operation, errno] of [
      ['mkdir', 'ENOSPC'],
      ['pwrite', 'ENOSPC'],
      ['open', 'EMFILE'],
      ['fsync', 'EIO'],
      ['fdatasync', 'EIO'],
      ['rename', 'EIO'],
      ['unlink', 'EIO'],
    ] as const) {
      for (let nth = 0; nth < 3; nth++) {
        const { store, system } = await prepared();
        let count = 0;
        system.fault = (called: Operation) => (called === operation && count++ === nth ? errno : null);
        const failure = await changes[change].run(store).then(
          () => null,
          (error: Error) => error,
        );
        system.fault = null;
        const what = `${change}: ${operation} ${nth} ${errno}: ${failure?.message}`;
        if (store.failure === null) {
          const { before, after } = changes[change];
          // A deletion that could not go on is gone for this store all the same.
          if (failure === null || change === 'delete') expect([before, after], what).toContainEqual(summary(store));
          else expect(summary(store), what).toEqual(before);
          if (failure !== null && change !== 'delete') {
            await changes[change].run(store);
            expect(summary(store), what).toEqual(after);
          }
        } else {
          expect(failure, what).toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
          await expect(changes[change].run(store), what).rejects.toThrow(code('OFFLINE'));
        }
        await store.close().catch(() => undefined);
        await check(system, change, false, what);
      }
    }
  });
});

test('a deletion that is stuck halfway takes the store offline, and the next open finishes it', async () => {
  const { store, system } = await prepared();
  let renames = 0;
  system.fault = (operation, path) =>
    operation === 'rename' && path.includes('/old-') && ++renames === 2 ? 'EMFILE' : null;
  await expect(store.deleteTopic('old')).rejects.toThrow(code('OFFLINE'));
  await expect(store.createTopic('new')).rejects.toThrow(code('OFFLINE'));
  await store.close();
  system.fault = null;
  const again = (await openInMemory(system)).store;
  expect(again.topics()).toEqual([]);
  expect(namesIn(system).filter((name) => name.startsWith('old'))).toEqual([]);
  await again.close();
});

test('a full disk refuses a creation, and does not stop a deletion', async () => {
  const { store, system } = await prepared();
  system.capacity = system.disk.used;
  await expect(store.createTopic('new', { partitions: 3 })).rejects.toThrow(code('NO_SPACE'));
  await expect(store.alterTopic('old', { 'segment.ms': 5 })).rejects.toThrow(code('NO_SPACE'));
  expect(summary(store)).toEqual([['old', 2, {}]]);
  await store.deleteTopic('old');
  expect(store.topics()).toEqual([]);
  await store.createTopic('new', { partitions: 3 });
  system.capacity = Infinity;
  await store.close();
  const again = (await openInMemory(system)).store;
  expect(summary(again)).toEqual([['new', 3, {}]]);
  await again.close();
});

// Needs root for the mount; small-disk.ts says so when it is missing.
testOnSmallDisk('on a real disk that is full: all partitions or none, and again when there is space', async () => {
  const disk = new SmallDisk(4);
  const directory = `${disk.path}/data`;
  const store = await open(directory);
  await store.createTopic('old');
  const filler = disk.fill(64 * 1024);
  await expect(store.createTopic('new', { partitions: 100 })).rejects.toThrow(code('NO_SPACE'));
  const { existsSync, readdirSync, rmSync } = await import('node:fs');
  expect(readdirSync(directory).filter((name) => name.startsWith('new-'))).toEqual([]);
  expect(store.failure).toBeNull();
  rmSync(filler);
  await store.createTopic('new', { partitions: 100 });
  expect(existsSync(`${directory}/new-99/partition.metadata`)).toBe(true);
  await store.close();
});
