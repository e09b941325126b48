import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RETENTION_STEP_SEGMENTS } from '#millrace/limits.js';
import type { Store } from '#millrace/main.js';
import { FakeClock } from '../support/fake-clock.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, Messages, openInMemory, read, valuesOf } from './store-fixture.ts';

const HOUR = 3_600_000;
const START = `${DATA}/log-start-offset-checkpoint`;

function logsIn(system: MemoryFileSystem, partition: string): string[] {
  return system
    .list(`${DATA}/${partition}`)
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.log'));
}

async function turns(count = 40): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}

/** `segments` sealed ones of ten records in each of some partitions, as old as the clock then was. */
async function fill(store: Store, topic: string, segments: number, partitions = 1): Promise<void> {
  await store.createTopic(topic, { partitions, config: { 'retention.ms': HOUR, 'segment.bytes': 16_384 } });
  for (let partition = 0; partition < partitions; partition++) {
    const log = store.partition(topic, partition);
    for (let i = 0; i < segments; i++) {
      log.append(Array.from({ length: 10 }, (_, j) => ({ value: `${i * 10 + j}` })));
      log.roll();
    }
  }
}

test('it looks soon after the open, and then at its interval', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 3);
  const log = store.partition('orders', 0);
  clock.advance(29_999);
  await turns();
  expect(store.statistics.retention.checks).toBe(0);
  clock.advance(1);
  await turns();
  expect([store.statistics.retention.checks, log.segmentCount]).toEqual([1, 4]);
  clock.advance(HOUR);
  await turns();
  expect(store.statistics.retention).toMatchObject({ checks: 2, segments: 3 });
  expect([log.startOffset, log.segmentCount]).toEqual([30, 1]);
  clock.advance(299_999);
  await turns();
  expect(store.statistics.retention.checks).toBe(2);
  clock.advance(1);
  await turns();
  expect(store.statistics.retention.checks).toBe(3);
  await store.close();
  expect(clock.scheduled).toBe(0);
});

test('an interval below the first wait counts from the beginning', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock, retentionCheckIntervalMs: 10 });
  clock.advance(10);
  await turns();
  expect(store.statistics.retention.checks).toBe(1);
  await store.close();
});

test('statistics count segments and bytes', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 3, 2);
  const sizes = store.openPartitions().map(({ log }) => log.size);
  clock.advance(HOUR + 1);
  await store.retain();
  expect(store.statistics.retention).toEqual({ checks: 2, segments: 6, bytes: sizes[0] + sizes[1] });
  await store.close();
});

test('alterTopic counts at the next check', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 4);
  await store.alterTopic('orders', { 'retention.ms': -1, 'retention.bytes': 1 });
  await store.retain();
  expect(store.partition('orders', 0).startOffset).toBe(30);
  await store.alterTopic('orders', { 'cleanup.policy': 'compact', 'retention.bytes': 0 });
  await store.retain();
  expect(store.partition('orders', 0).startOffset).toBe(30);
  await store.alterTopic('orders', { 'cleanup.policy': 'compact,delete' });
  await store.retain();
  expect(store.partition('orders', 0).startOffset).toBe(40);
  await store.close();
});

test('partitions that nobody asked for lose what is due; the others are looked at once and left closed', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await fill(store, 'old', 2, 2);
  clock.advance(HOUR / 2);
  await fill(store, 'young', 2, 2);
  await store.createTopic('new', { partitions: 2 });
  await store.close();

  const again = (await openInMemory(system, { clock })).store;
  await again.retain();
  expect(again.openPartitions()).toEqual([]);
  let opens = 0;
  system.fault = (operation) => (operation === 'open' && opens++ < 0 ? 'EIO' : null);
  clock.advance(HOUR / 2 + 1);
  await again.retain();
  expect(again.openPartitions().map(({ topic, log }) => [topic, log.startOffset, log.segmentCount])).toEqual([
    ['old', 20, 1],
    ['old', 20, 1],
  ]);
  opens = 0;
  await again.retain();
  expect(opens).toBe(0);
  clock.advance(HOUR / 2);
  await again.retain();
  expect(again.partition('young', 1).startOffset).toBe(20);
  await again.close();
});

test('log starts are durable before a file goes, by one write for all logs', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 2, 3);
  clock.advance(HOUR + 1);
  const calls: string[] = [];
  system.fault = (operation, path) => {
    if (operation === 'unlink' && path.endsWith('.log')) calls.push('unlink');
    else if (operation === 'rename' && path.startsWith(START)) calls.push('start');
    return null;
  };
  await store.retain();
  await Promise.all(store.openPartitions().map(({ log }) => log.removed()));
  system.fault = null;
  expect(calls).toEqual(['start', ...Array.from({ length: 6 }, () => 'unlink')]);
  expect(read(system, START)).toBe('0\n3\norders 0 20\norders 1 20\norders 2 20\n');
  await store.close();
});

test('a power failure after any call of a check leaves a log without a hole, that never goes back', async () => {
  for (let n = 1, ended = false; !ended; n++) {
    const clock = new FakeClock();
    const { store, system } = await openInMemory(undefined, { clock });
    await fill(store, 'orders', 4);
    const log = store.partition('orders', 0);
    log.append([{ value: '40', timestamp: clock.now() + HOUR }]);
    await store.checkpoint();
    clock.advance(HOUR + 1);
    let calls = 0;
    let lost: MemoryFileSystem | null = null;
    system.fault = () => {
      if (++calls === n) lost = system.crash(new Random(n));
      return null;
    };
    // What comes after the power failure happens to a computer that is off.
    await store.retain().catch(() => undefined);
    ended = lost === null;
    const crashed: MemoryFileSystem = lost ?? system.crash(new Random(n));
    const again = (await openInMemory(crashed, { clock })).store;
    const found = again.partition('orders', 0);
    expect(found.endOffset, `call ${n}`).toBe(41);
    expect(valuesOf(found).map(Number), `call ${n}`).toEqual(
      Array.from({ length: 41 - found.startOffset }, (_, i) => found.startOffset + i),
    );
    if (ended) expect(found.startOffset).toBe(40);
    await again.retain();
    expect(found.startOffset).toBe(40);
    await again.close();
  }
});

test('a full disk does not keep old segments from going', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 3);
  clock.advance(HOUR + 1);
  system.fault = (operation) => (operation === 'pwrite' || operation === 'fallocate' ? 'ENOSPC' : null);
  await store.retain();
  system.fault = null;
  expect(store.partition('orders', 0).startOffset).toBe(30);
  const again = (await openInMemory(system.crash(new Random(3)), { clock })).store;
  expect([again.partition('orders', 0).startOffset, again.partition('orders', 0).endOffset]).toEqual([30, 30]);
  await again.close();
});

test('a log that fails does not keep others from it, and is told of; a failed disk ends all', async () => {
  const clock = new FakeClock();
  const messages = new Messages();
  const { store, system } = await openInMemory(undefined, { clock, logger: messages.logger });
  await fill(store, 'orders', 2, 3);
  clock.advance(HOUR + 1);
  system.fault = (operation, path) => (operation === 'unlink' && path.includes('orders-1') ? 'EACCES' : null);
  await store.retain();
  const failing = store.partition('orders', 1);
  await expect(failing.removed()).rejects.toThrow('EACCES');
  await Promise.all([0, 2].map((partition) => store.partition('orders', partition).removed()));
  expect(store.statistics.retention.segments).toBe(6);
  const told = (): number => messages.warnings().filter((text) => text.startsWith('files of old segments')).length;
  const before = told();
  expect(before).toBeGreaterThan(0);
  expect([logsIn(system, 'orders-0').length, logsIn(system, 'orders-1').length]).toEqual([1, 3]);
  // The next check tries again.
  system.fault = null;
  await store.retain();
  await failing.removed();
  expect([logsIn(system, 'orders-1'), told()]).toEqual([['00000000000000000020.log'], before]);

  await fill(store, 'others', 2);
  clock.advance(HOUR + 1);
  system.fault = (operation, path) => (operation === 'unlink' && path.includes('others') ? 'EIO' : null);
  // Whether the disk has failed before the check is through depends on who is faster.
  await Promise.allSettled([store.retain()]);
  await expect(store.partition('others', 0).removed()).rejects.toThrow('EIO');
  expect(store.failure).not.toBeNull();
  await store.close();
});

test('a log whose start cannot be kept and whose files cannot be removed is told of by the check', async () => {
  const clock = new FakeClock();
  const messages = new Messages();
  const { store, system } = await openInMemory(undefined, { clock, logger: messages.logger });
  await fill(store, 'orders', 2, 3);
  clock.advance(HOUR + 1);
  system.fault = (operation, path) => {
    if (operation === 'unlink' && path.includes('orders-1')) return 'EACCES';
    return operation === 'pwrite' ? 'ENOSPC' : null;
  };
  await expect(store.retain()).rejects.toThrow('EACCES');
  expect(store.statistics.retention.segments).toBe(4);
  expect(messages.warnings()).toContain('old segments of a log could not be removed');
  system.fault = null;
  await store.retain();
  expect(store.statistics.retention.segments).toBe(6);
  await store.close();
});

test('a check is through before files go; a kill in between leaves what the next opening removes', async () => {
  for (let turnsBefore = 0; turnsBefore <= 24; turnsBefore += 3) {
    const clock = new FakeClock();
    const { store, system } = await openInMemory(undefined, { clock });
    await fill(store, 'orders', 4);
    clock.advance(HOUR + 1);
    await store.retain();
    const log = store.partition('orders', 0);
    expect([log.segmentCount, log.startOffset, log.isRemoving]).toEqual([1, 40, true]);
    await turns(turnsBefore);
    const killed = system.kill();
    const before = logsIn(killed, 'orders-0').length;
    // Fewer with each turn.
    if (turnsBefore === 0) expect(before).toBeGreaterThan(3);
    if (turnsBefore === 24) expect(before).toBe(1);
    const again = (await openInMemory(killed, { clock })).store;
    const found = again.partition('orders', 0);
    expect([found.startOffset, found.endOffset, found.segmentCount]).toEqual([40, 40, 1]);
    await found.removed();
    expect(logsIn(killed, 'orders-0')).toEqual(['00000000000000000040.log']);
    await again.close();
  }
});

test('a close waits for the files, a check removes those of a log that nobody asked for', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 4);
  clock.advance(HOUR + 1);
  await store.retain();
  expect(logsIn(system, 'orders-0').length).toBeGreaterThan(3);
  const killed = system.kill();
  const again = (await openInMemory(killed, { clock })).store;
  await again.retain();
  await again.close();
  expect(logsIn(killed, 'orders-0')).toEqual(['00000000000000000040.log']);
});

test('a topic that is made again under a name of which files were going keeps its own', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 4);
  clock.advance(HOUR + 1);
  await store.retain();
  await store.deleteTopic('orders');
  await fill(store, 'orders', 4);
  await turns();
  expect(logsIn(system, 'orders-0').length).toBe(5);
  await store.close();
});

test('a topic that is deleted meanwhile is no failure, and a close ends a check', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 20, 4);
  await fill(store, 'others', 20, 4);
  clock.advance(HOUR + 1);
  await Promise.all([store.retain(), store.deleteTopic('orders')]);
  expect(store.partition('others', 3).startOffset).toBe(200);
  clock.advance(HOUR + 1);
  await Promise.all([store.retain(), store.close()]);
  expect(store.failure).toBeNull();
});

test('a timestamp of the future is told once, for each segment that is to blame', async () => {
  const clock = new FakeClock();
  const messages = new Messages();
  const { store } = await openInMemory(undefined, { clock, logger: messages.logger });
  await store.createTopic('orders', { config: { 'message.timestamp.after.max.ms': Number.MAX_SAFE_INTEGER } });
  store.partition('orders', 0).append([{ value: 'x', timestamp: clock.now() + 5000 * HOUR }]);
  for (let i = 0; i < 3; i++) await store.retain();
  expect(messages.all.filter(({ message }) => message.includes('timestamp of the future'))).toMatchObject([
    {
      level: 'warn',
      details: { path: `${DATA}/orders-0/00000000000000000000.log`, timestamp: clock.now() + 5000 * HOUR },
    },
  ]);
  await store.close();
});

test('the event loop has its turn all the time', async () => {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 200);
  clock.advance(HOUR + 1);
  let count = 0;
  for (const check = store.retain(); count < 10_000; count++) {
    const winner = await Promise.race([check.then(() => 'checked'), setImmediate('turned')]);
    if (winner === 'checked') break;
  }
  expect(store.statistics.retention.segments).toBe(200);
  // Each segment is looked at and then taken out of its log.
  expect(count).toBeGreaterThan((2 * 200) / RETENTION_STEP_SEGMENTS);
  await store.close();
});

test('records that are deleted while a checkpoint runs stay deleted', async () => {
  const { store, system } = await openInMemory();
  await fill(store, 'orders', 3);
  const log = store.partition('orders', 0);
  const running = store.checkpoint();
  log.deleteRecords(15);
  await running;
  expect(read(system, START)).toBe('0\n1\norders 0 15\n');
  const again = (await openInMemory(system.kill())).store;
  expect(again.partition('orders', 0).startOffset).toBe(15);
  await again.close();
});

test('what another program left is kept until somebody says for how long', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await fill(store, 'orders', 3);
  await store.close();
  system.remove(`${DATA}/millrace-topics.json`);
  clock.advance(5000 * HOUR);
  const again = (await openInMemory(system, { clock })).store;
  await again.retain();
  expect(again.partition('orders', 0).startOffset).toBe(0);
  await again.alterTopic('orders', { 'retention.ms': HOUR });
  await again.retain();
  expect(again.partition('orders', 0).startOffset).toBe(30);
  await again.close();
});
