import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOOK_INTERVAL_MAX_MS, LOOKS_PER_CHECK } from '#millrace/limits.js';
import { openStore, type ReadOnlyStore } from '#millrace/main.js';
import { FakeClock } from '../support/fake-clock.ts';
import { SMALL } from '../producer/transaction-rig.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { DATA, open, openInMemory, valuesOf, write } from './store-fixture.ts';

const code = (name: string): unknown => expect.objectContaining({ code: `ERR_MILLRACE_${name}` });

async function reader(system: MemoryFileSystem): Promise<ReadOnlyStore> {
  return openStore(DATA, { readOnly: true, fileSystem: system });
}

test('a live directory is read as it grows: records, partitions and topics', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 1, config: { 'segment.bytes': 1024 } });
  const writer = store.partition('orders', 0);
  writer.append([{ value: 'v0' }]);
  const follower = await reader(system);
  expect(follower.isReadOnly).toBe(true);
  expect(follower.topics()).toEqual(store.topics());
  expect([follower.clusterId, follower.nodeId, follower.directoryId]).toEqual([
    store.clusterId,
    store.nodeId,
    store.directoryId,
  ]);
  expect(follower.topicConfig('orders')['segment.bytes']).toBe(1024);
  const log = follower.partition('orders', 0);
  expect(valuesOf(log)).toEqual(['v0']);
  for (let i = 1; i < 50; i++) writer.append([{ value: `v${i}` }]);
  log.refresh();
  expect(valuesOf(log)).toEqual(Array.from({ length: 50 }, (_, i) => `v${i}`));
  expect(follower.partition('orders', 0)).toBe(log);

  await store.addPartitions('orders', 3);
  store.partition('orders', 2).append([{ value: 'new partition' }]);
  expect(valuesOf(follower.partition('orders', 2))).toEqual(['new partition']);
  expect(() => follower.partition('orders', 3)).toThrow(code('UNKNOWN_TOPIC'));

  expect(() => follower.partition('clicks', 0)).toThrow(code('UNKNOWN_TOPIC'));
  await store.createTopic('clicks');
  store.partition('clicks', 0).append([{ value: 'new topic' }]);
  expect(valuesOf(follower.partition('clicks', 0))).toEqual(['new topic']);
  await store.deleteTopic('clicks');
  expect(follower.topics().map(({ name }) => name)).toEqual(['orders']);
  await follower.close();
  await store.close();
});

test('committed offsets are those of the store that writes, as they are committed', async () => {
  const { store, system } = await openInMemory(new MemoryFileSystem({ fileBytesMax: 64 * 1024 }), SMALL);
  await store.createTopic('orders');
  const follower = await reader(system);
  // Nobody has committed anything yet.
  expect(await follower.committedOffsets('g')).toEqual([]);
  const producer = store.producer({ transactionalId: 'mover' });
  for (let i = 0; i < 3; i++) {
    const offsets = ['g', 'h'].map((group, partition) => ({
      group,
      offset: { topic: 'orders', partition, offset: i },
    }));
    await producer.transaction(async (tx) => {
      for (const { group, offset } of offsets) await tx.sendOffsets(group, [{ ...offset, metadata: `${i}` }]);
      for (const group of ['g', 'h']) expect(await follower.committedOffsets(group)).toHaveLength(i === 0 ? 0 : 1);
    });
    for (const { group, offset } of offsets) {
      expect(await follower.committedOffsets(group)).toMatchObject([offset]);
      expect(await follower.committedOffsets(group)).toEqual(await store.committedOffsets(group));
    }
  }
  await follower.close();
  await expect(follower.committedOffsets('g')).rejects.toThrow(code('CLOSED'));
  await store.close();
  // Also when nobody writes any more.
  const later = await reader(system);
  expect(await later.committedOffsets('g')).toMatchObject([{ offset: 2, metadata: '2' }]);
  await later.close();
});

test('a topic that was deleted and created anew is another one', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'old' }]);
  const follower = await reader(system);
  expect(valuesOf(follower.partition('orders', 0))).toEqual(['old']);
  await store.deleteTopic('orders');
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'new' }]);
  follower.topics();
  expect(valuesOf(follower.partition('orders', 0))).toEqual(['new']);
  await follower.close();
  await store.close();
});

test('a topic without an id has the same one as long as the store is open, and its logs stay', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  await store.close();
  system.remove(`${DATA}/millrace-topics.json`);
  system.remove(`${DATA}/orders-0/partition.metadata`);
  const follower = await reader(system);
  const log = follower.partition('orders', 0);
  expect(follower.topics()).toEqual(follower.topics());
  expect(follower.partition('orders', 0)).toBe(log);
  await follower.close();
});

test('logs of topics that are gone are closed', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  await store.createTopic('clicks');
  const follower = await reader(system);
  const [orders, clicks] = ['orders', 'clicks'].map((name) => follower.partition(name, 0));
  await store.deleteTopic('orders');
  follower.topics();
  expect([orders.isClosed, clicks.isClosed]).toEqual([true, false]);
  await follower.close();
  await store.close();
});

test('nothing can be changed through it', async () => {
  const { store, system } = await openInMemory();
  const follower = await reader(system);
  for (const call of [
    follower.createTopic(),
    follower.addPartitions(),
    follower.alterTopic(),
    follower.deleteTopic(),
    follower.checkpoint(),
  ]) {
    await expect(call).rejects.toThrow(code('READ_ONLY'));
  }
  await follower.close();
  await follower.close();
  expect(follower.isClosed).toBe(true);
  expect(() => follower.topics()).toThrow(code('CLOSED'));
  expect(() => follower.partition('x', 0)).toThrow(code('CLOSED'));
  await store.close();
});

test('it writes nothing and takes no lock, whether the directory is live, stopped or killed', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'x' }]);
  const changed: string[] = [];
  const look = async (): Promise<void> => {
    const before = [...system.disk.names.keys()];
    system.fault = (operation, path) => {
      if (operation !== 'open' && operation !== 'pread' && operation !== 'mmap') changed.push(`${operation} ${path}`);
      return null;
    };
    const follower = await reader(system);
    expect(valuesOf(follower.partition('orders', 0))).toEqual(['x']);
    await follower.close();
    system.fault = null;
    expect([...system.disk.names.keys()]).toEqual(before);
  };
  await look();
  await store.close();
  await look();
  expect(changed).toEqual([]);
});

test('a directory that is not there, or has nothing of ours', async () => {
  const directory = temporaryDirectory();
  await expect(openStore(join(directory, 'missing'), { readOnly: true })).rejects.toThrow(code('IO'));
  mkdirSync(join(directory, 'empty'));
  const follower = await openStore(join(directory, 'empty'), { readOnly: true });
  expect(follower.topics()).toEqual([]);
  expect(follower.clusterId).toBeNull();
  await follower.close();
  expect(readdirSync(join(directory, 'empty'))).toEqual([]);
});

test('on a real disk, beside the writer', async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  await store.createTopic('orders', { partitions: 2 });
  for (let i = 0; i < 100; i++) store.partition('orders', 1).append([{ value: `v${i}` }]);
  const before = statSync(join(directory, 'orders-1')).mtimeMs;
  const follower = await openStore(directory, { readOnly: true });
  expect(valuesOf(follower.partition('orders', 1))).toHaveLength(100);
  store.partition('orders', 1).append([{ value: 'later' }]);
  expect(follower.partition('orders', 1).refresh()).toBe(101);
  await follower.close();
  expect(statSync(join(directory, 'orders-1')).mtimeMs).toBe(before);
});

test('who waits for a topic that is deleted is told, and who asks again gets the one that was made anew', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'old' }]);
  const clock = new FakeClock();
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system, clock });
  const old = follower.partition('orders', 0);
  const waiting = expect(old.waitFor(1)).rejects.toThrow(code('CLOSED'));
  await store.deleteTopic('orders');
  for (let i = 0; i < LOOKS_PER_CHECK; i++) clock.advance(LOOK_INTERVAL_MAX_MS);
  await waiting;
  expect(clock.scheduled).toBe(0);
  expect(() => old.read(0)).toThrow('is gone: its topic was deleted');
  expect(() => follower.partition('orders', 0)).toThrow(code('UNKNOWN_TOPIC'));

  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'new' }, { value: 'newer' }]);
  const anew = follower.partition('orders', 0);
  expect(anew).not.toBe(old);
  expect(valuesOf(anew)).toEqual(['new', 'newer']);

  // Not seen to be gone by anybody, and another one already: its records are never shown as those of the old one.
  const unaware = expect(anew.waitFor(2)).rejects.toThrow(code('CLOSED'));
  await store.deleteTopic('orders');
  await store.createTopic('orders');
  for (let i = 0; i < 5; i++) store.partition('orders', 0).append([{ value: `third ${i}` }]);
  for (let i = 0; i < LOOKS_PER_CHECK; i++) clock.advance(LOOK_INTERVAL_MAX_MS);
  await unaware;
  expect(valuesOf(follower.partition('orders', 0))).toHaveLength(5);
  await follower.close();
  await store.close();
});

test('all logs that are waited for share one timer; closing the store ends the waits', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders', { partitions: 20 });
  const clock = new FakeClock();
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system, clock });
  const woken: number[] = [];
  const waits = Array.from({ length: 20 }, async (_, i) => {
    await follower.partition('orders', i).waitFor(0);
    woken.push(i);
  });
  expect(clock.scheduled).toBe(1);
  for (const i of [3, 17]) store.partition('orders', i).append([{ value: 'x' }]);
  clock.advance(LOOK_INTERVAL_MAX_MS);
  await Promise.all([waits[3], waits[17]]);
  expect(woken).toEqual([3, 17]);
  expect(clock.scheduled).toBe(1);
  await follower.close();
  const ended = await Promise.allSettled(waits);
  expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(18);
  expect(clock.scheduled).toBe(0);
  await store.close();
});

test('a partition whose directory is that of another topic is not read', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic('orders');
  store.partition('orders', 0).append([{ value: 'x' }]);
  write(system, `${DATA}/orders-0/partition.metadata`, 'version: 0\ntopic_id: 7d5lyzKdSsWk4i1kY1p0Cg');
  const follower = await reader(system);
  expect(() => follower.partition('orders', 0)).toThrow(code('UNKNOWN_TOPIC'));
  // One that says nothing is believed to be what the topics' file says.
  write(system, `${DATA}/orders-0/partition.metadata`, 'garbage');
  expect(valuesOf(follower.partition('orders', 0))).toEqual(['x']);
  await follower.close();
  await store.close();
});

test('a process that has nothing else to do waits for records', async () => {
  const directory = temporaryDirectory();
  const store = await open(directory);
  await store.createTopic('orders');
  const script = `
    import { openStore } from '#millrace/main.js';
    const store = await openStore(process.argv[1], { readOnly: true });
    console.log('waiting');
    const log = store.partition('orders', 0);
    await log.waitFor(0);
    console.log('got ' + [...log.read(0)][0].lastOffset);
    await store.close();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory]);
  let said = '';
  child.stdout.on('data', (text) => (said += String(text)));
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(said).toBe('waiting\n');
  store.partition('orders', 0).append([{ value: 'x' }]);
  const [status] = await once(child, 'close');
  expect([status, said]).toEqual([0, 'waiting\ngot 0\n']);
});
