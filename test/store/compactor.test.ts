/** Which log is compacted when: the rounds of a store, its settings, its statistics, and what it does with a log that cannot be compacted. */
import { expect, test } from 'vitest';
import type { Store } from '#millrace/main.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, Messages, openInMemory, read, valuesOf } from './store-fixture.ts';

const COMPACT = { 'cleanup.policy': 'compact' };
const CHECKPOINT = `${DATA}/cleaner-offset-checkpoint`;

async function rig(options: object = {}, system = new MemoryFileSystem()) {
  const clock = new FakeClock();
  const messages = new Messages();
  const opened = await openInMemory(system, { clock, logger: messages.logger, compactionIntervalMs: 100, ...options });
  return { ...opened, clock, messages };
}

/** A sealed segment of `count` records, of which compaction leaves one. */
function fill(store: Store, topic: string, count: number, partition = 0): void {
  const log = store.partition(topic, partition);
  for (let i = 0; i < count; i++) log.append([{ key: 'a', value: `${i}` }]);
  log.roll();
}

/** Lets the timer of the compactor come round, and waits until the round is over. */
async function round(_store: Store, clock: FakeClock): Promise<void> {
  clock.advance(100);
  for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('logs whose policy says so are compacted when enough of them is new, the others are left alone', async () => {
  const { store, clock, system } = await rig();
  await store.createTopic('compacted', { config: COMPACT });
  await store.createTopic('both', { config: { 'cleanup.policy': 'compact,delete' } });
  await store.createTopic('kept');
  for (const topic of ['compacted', 'both', 'kept']) fill(store, topic, 5);
  await round(store, clock);
  expect(valuesOf(store.partition('compacted', 0))).toEqual(['4']);
  expect(valuesOf(store.partition('both', 0))).toEqual(['4']);
  expect(valuesOf(store.partition('kept', 0))).toHaveLength(5);
  expect(store.statistics.compaction).toMatchObject({ runs: 2, recordsRead: 10, recordsKept: 2, failures: 0 });
  expect(read(system, CHECKPOINT).split('\n').sort()).toEqual(['', '0', '2', 'both 0 5', 'compacted 0 5']);
  await round(store, clock);
  expect(store.statistics.compaction.runs).toBe(2);
  await store.close();
});

test('a log is due by min.cleanable.dirty.ratio, and the setting may be changed', async () => {
  const { store, clock } = await rig();
  await store.createTopic('keys', { config: { ...COMPACT, 'min.cleanable.dirty.ratio': 0.6 } });
  const log = store.partition('keys', 0);
  const keys = (count: number): void => {
    log.append(Array.from({ length: count }, (_, i) => ({ key: `${i}`, value: 'x'.repeat(100) })));
    log.roll();
  };
  keys(100);
  await round(store, clock);
  expect(store.statistics.compaction.runs).toBe(1);
  keys(100);
  await round(store, clock);
  expect(store.statistics.compaction).toMatchObject({ runs: 1 });
  expect(store.statistics.compaction.maxDirtyRatio).toBeCloseTo(0.5, 1);
  await store.alterTopic('keys', { 'min.cleanable.dirty.ratio': 0.4 });
  await round(store, clock);
  expect(store.statistics.compaction.runs).toBe(2);
  expect(log.size).toBeLessThan(15_000);
  await store.close();
});

test('max.compaction.lag.ms makes a log due whatever the ratio, and ends its segment in time', async () => {
  const { store, clock } = await rig();
  await store.createTopic('keys', {
    config: { ...COMPACT, 'min.cleanable.dirty.ratio': 1, 'max.compaction.lag.ms': 1000 },
  });
  const log = store.partition('keys', 0);
  log.append([{ key: 'a', value: 'old' }]);
  log.append([{ key: 'a', value: 'new' }]);
  clock.advance(900);
  log.append([{ key: 'b', value: 'x' }]);
  expect(log.segmentCount).toBe(1);
  clock.advance(200);
  log.append([{ key: 'b', value: 'y' }]);
  expect(log.segmentCount).toBe(2);
  await round(store, clock);
  expect(valuesOf(log)).toEqual(['new', 'x', 'y']);
  await store.close();
});

test('what was left dirty by the last process is compacted although nobody asks for the log', async () => {
  const first = await rig();
  await first.store.createTopic('keys', { partitions: 3, config: COMPACT });
  for (const partition of [0, 1]) fill(first.store, 'keys', 5, partition);
  await first.store.compact('keys', 1);
  await first.store.close();
  const { store, clock } = await rig({}, first.system);
  await round(store, clock);
  expect(store.statistics).toMatchObject({ openPartitions: 1, compaction: { runs: 1 } });
  expect(valuesOf(store.partition('keys', 0))).toEqual(['4']);
  await store.close();
});

test('a damaged log is told of and left alone, until somebody asks for it', async () => {
  const { store, clock, system, messages } = await rig();
  await store.createTopic('bad', { config: COMPACT });
  await store.createTopic('good', { config: COMPACT });
  for (const topic of ['bad', 'good']) fill(store, topic, 5);
  const flip = (): void => {
    const file = system.open(`${DATA}/bad-0/${'0'.repeat(20)}.log`, 'r+');
    const byte = Buffer.alloc(1);
    file.read(byte, 0, 1, 65);
    byte[0] ^= 1;
    file.write(byte, 0, 1, 65);
    file.close();
  };
  flip();
  await round(store, clock);
  await round(store, clock);
  expect(valuesOf(store.partition('good', 0))).toEqual(['4']);
  expect(store.statistics.compaction).toMatchObject({ failures: 1 });
  expect([...store.statistics.compaction.uncleanable.values()]).toEqual([{ topic: 'bad', partition: 0 }]);
  expect(messages.all.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'a log cannot be compacted and is left as it is',
  ]);
  await expect(store.compact('bad', 0)).rejects.toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  flip();
  await store.compact('bad', 0);
  expect(store.statistics.compaction.uncleanable.size).toBe(0);
  expect(store.failure).toBeNull();
  await store.close();
});

test('a full disk is no reason to leave a log alone', async () => {
  const { store, clock, system, messages } = await rig();
  await store.createTopic('keys', { config: COMPACT });
  fill(store, 'keys', 5);
  system.fault = (operation, path) => (operation === 'pwrite' && path.endsWith('.cleaned') ? 'ENOSPC' : null);
  await round(store, clock);
  expect(messages.warnings()).toEqual(['a log could not be compacted and will be tried again']);
  system.fault = null;
  await round(store, clock);
  expect(valuesOf(store.partition('keys', 0))).toEqual(['4']);
  await store.close();
});

test('compact asks for a topic that is compacted, and for a store that is open', async () => {
  const { store } = await rig();
  await store.createTopic('kept');
  await store.createTopic('keys', { config: COMPACT });
  const code = (name: string): unknown => expect.objectContaining({ code: `ERR_MILLRACE_${name}` });
  await expect(store.compact('kept', 0)).rejects.toThrow(code('INVALID_ARGUMENT'));
  await expect(store.compact('none', 0)).rejects.toThrow(code('UNKNOWN_TOPIC'));
  await expect(store.compact('keys', 1)).rejects.toThrow(code('UNKNOWN_TOPIC'));
  expect(await store.compact('keys', 0)).toMatchObject({ topic: 'keys', partition: 0, passes: 0, endOffset: 0 });
  await store.close();
  await expect(store.compact('keys', 0)).rejects.toThrow(code('CLOSED'));
});

test('after a cut what comes in its place is dirty, also after a crash', async () => {
  const { store, system } = await rig();
  await store.createTopic('keys', { config: COMPACT });
  fill(store, 'keys', 5);
  await store.compact('keys', 0);
  const log = store.partition('keys', 0);
  log.truncateTo(2);
  expect(read(system, CHECKPOINT)).not.toContain('keys 0 5');
  fill(store, 'keys', 6);
  const after = await rig({}, system.kill());
  const again = after.store.partition('keys', 0);
  expect(await after.store.compact('keys', 0)).toMatchObject({ startOffset: again.startOffset });
  expect(valuesOf(again)).toEqual(['5']);
  await after.store.close();
});

test('a topic of the same name is not clean because the one before was', async () => {
  const { store, clock } = await rig();
  for (let i = 0; i < 2; i++) {
    await store.createTopic('keys', { config: COMPACT });
    fill(store, 'keys', 5);
    await round(store, clock);
    expect(valuesOf(store.partition('keys', 0))).toEqual(['4']);
    await store.deleteTopic('keys');
  }
  await store.close();
});
