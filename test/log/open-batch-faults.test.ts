/** Open batches on disks that are full, that fail, that lose power; whose records write to the log; and random lives of them. */
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recoverLog } from '#millrace/log/log-recovery.js';
import type { OpenBatch } from '#millrace/log/open-batch.js';
import type { RecordInput } from '#millrace/types.js';
import { TestOwner } from '../support/batch-owner.ts';
import { CopyingMemory } from '../support/copying-memory.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { seedsOf, Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { add, code } from './open-batch-fixture.ts';

/** A log on a file system in memory. */
function inMemory(settings = {}, system: MemoryFileSystem = new MemoryFileSystem()): TempLog {
  const parent = temporaryDirectory();
  system.makeDirectory(`${parent}/orders-0`);
  for (const path of ['/', dirname(parent), parent]) system.syncDirectory(path);
  return new TempLog(settings, { parent, system });
}

test('a power failure loses it whole, and nothing before it', async () => {
  for (const seed of seedsOf(25)) {
    const random = new Random(seed);
    const system = new MemoryFileSystem();
    const rig = inMemory({}, system);
    const { directory, settings } = rig;
    await rig.log.append(numbered(20, 0, 200)).durable;
    add(rig.log.openBatch({ owner: new TestOwner() }), ...numbered(60, 100, 200));
    system.writeback(random);
    const crashed = system.crash(random);
    recoverLog(crashed, { directory, settings, recoveryPoint: 0 });
    const after = new TempLog({}, { parent: dirname(directory), system: crashed });
    expect(after.values(), `MILLRACE_SEED=${seed}`).toEqual(numbered(20, 0, 200).map(({ value }) => value));
  }
});

describe('a full disk', () => {
  test('refuses a record for which there is no room, and takes it when there is', () => {
    const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
    const rig = inMemory({}, system);
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    add(batch, { value: 'a' });
    system.capacity = system.used;
    let added = 1;
    while (code(() => batch.add({ value: Buffer.alloc(1000) }, 1)) === 'nothing') added++;
    expect(added).toBeGreaterThan(10);
    const large = { value: Buffer.alloc(100_000) };
    expect(code(() => batch.add(large, 1))).toBe('ERR_MILLRACE_NO_SPACE');
    expect(batch.count).toBe(added);
    system.capacity = Infinity;
    add(batch, large);
    batch.seal();
    expect(rig.log.endOffset).toBe(added + 1);
    expect(rig.records().every((record) => record.value !== null)).toBe(true);
  });

  test('keeps one that is to be compressed open, and whoever would pass it is refused', () => {
    const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
    const rig = inMemory({}, system);
    const owner = new TestOwner();
    const batch = rig.log.openBatch({ owner, compression: 'gzip' });
    const random = new Random(1);
    const values = Array.from({ length: 100 }, () => random.bytes(1000));
    for (const value of values) batch.add({ value }, 1);
    system.capacity = system.used;
    expect(code(() => batch.seal())).toBe('ERR_MILLRACE_NO_SPACE');
    expect(code(() => rig.log.append([{ value: 'x' }]))).toBe('ERR_MILLRACE_NO_SPACE');
    expect(batch.isOpen).toBe(true);
    expect(owner).toEqual({ receipts: [], errors: [] });
    system.capacity = Infinity;
    rig.log.append([{ value: 'x' }]);
    expect(owner.receipts).toMatchObject([{ baseOffset: 0, lastOffset: 99 }]);
    expect(rig.records().map(({ value }) => value)).toEqual([...values, Buffer.from('x')]);
  });

  test('does not keep a log from being closed: what could not be written is lost', async () => {
    const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
    const rig = inMemory({}, system);
    rig.log.append([{ value: 'a' }]);
    const owner = new TestOwner();
    const batch = rig.log.openBatch({ owner, compression: 'gzip' });
    const random = new Random(1);
    for (let i = 0; i < 100; i++) batch.add({ value: random.bytes(1000) }, 1);
    system.capacity = system.used;
    await rig.log.close();
    expect(owner.errors).toMatchObject([{ code: 'ERR_MILLRACE_NO_SPACE' }]);
    rig.open();
    expect(rig.values()).toEqual(['a']);
  });

  test('where windows are copies, one that could not be stored can be sealed later', () => {
    const system = new CopyingMemory({ fileBytesMax: 1 << 20 });
    const rig = inMemory({}, system);
    rig.log.append([{ value: 'a' }]);
    const owner = new TestOwner();
    const batch = rig.log.openBatch({ owner });
    add(batch, ...numbered(20));
    for (const left of [0, 1]) {
      // The first write of a seal fails, then the second one.
      let writes = 0;
      system.fault = (operation) => (operation === 'pwrite' && writes++ === left ? 'ENOSPC' : null);
      expect(code(() => batch.seal())).toBe('ERR_MILLRACE_NO_SPACE');
      expect(batch.isOpen).toBe(true);
      expect(rig.values()).toEqual(['a']);
    }
    system.fault = null;
    add(batch, { value: 'b' });
    batch.seal();
    expect(owner.receipts).toMatchObject([{ baseOffset: 1, lastOffset: 21 }]);
    expect(rig.values()).toEqual(['a', ...numbered(20).map(({ value }) => value), 'b']);
  });

  test('and does not grow there to more than a segment can hold', () => {
    const system = new CopyingMemory({ fileBytesMax: 1 << 20 });
    const rig = inMemory({ segmentBytes: 50_000 }, system);
    const owner = new TestOwner();
    const batch = rig.log.openBatch({ owner });
    add(batch, ...numbered(5, 0, 100));
    system.fault = (operation) => (operation === 'pwrite' ? 'ENOSPC' : null);
    expect(code(() => batch.seal())).toBe('ERR_MILLRACE_NO_SPACE');
    system.fault = null;
    let count = 5;
    while (batch.add({ value: 'x'.repeat(100) }, 1)) count++;
    expect(count).toBeGreaterThan(400);
    batch.seal();
    expect(owner.receipts).toMatchObject([{ baseOffset: 0, lastOffset: count - 1 }]);
    expect(rig.values()).toHaveLength(count);
  });
});

test('a disk that fails takes the directory offline, and the batch is lost', () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  const rig = inMemory({}, system);
  const owner = new TestOwner();
  const batch = rig.log.openBatch({ owner });
  add(batch, { value: 'a' });
  system.fault = (operation) => (operation === 'fallocate' ? 'EIO' : null);
  expect(code(() => batch.add({ value: Buffer.alloc(200_000) }, 1))).toBe('ERR_MILLRACE_OFFLINE');
  expect(batch.isOpen).toBe(true);
  expect(code(() => batch.seal())).toBe('ERR_MILLRACE_OFFLINE');
  expect(batch.isOpen).toBe(false);
  expect(owner.errors).toMatchObject([{ code: 'ERR_MILLRACE_OFFLINE' }]);
  expect(code(() => rig.log.openBatch({ owner }))).toBe('ERR_MILLRACE_OFFLINE');
  expect(rig.values()).toEqual([]);
});

test('a roll that fails leaves no batch without a place', () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  const rig = inMemory({ segmentBytes: 2048, segmentMs: 1000 }, system);
  const now = rig.clock.now();
  rig.log.append([{ value: 'a', timestamp: now }]);
  const batch = rig.log.openBatch({ owner: new TestOwner() });
  for (const operation of ['open', 'ftruncate', 'fallocate'] as const) {
    const again = batch.isOpen ? batch : rig.log.openBatch({ owner: new TestOwner() });
    system.fault = (called) => (called === operation ? 'ENOSPC' : null);
    expect(code(() => again.add({ value: 'b' }, now + 5000))).toBe('ERR_MILLRACE_NO_SPACE');
    expect(again.isOpen).toBe(false);
    system.fault = null;
    expect(rig.log.hasOpenBatch).toBe(false);
    expect(rig.values()).toEqual(['a']);
  }
  const last = rig.log.openBatch({ owner: new TestOwner() });
  expect(last.add({ value: 'b' }, now + 5000)).toBe(true);
  last.seal();
  expect(rig.values()).toEqual(['a', 'b']);
  expect(rig.log.segmentCount).toBe(2);
});

test('random lives of batches that are open, sealed, given up and passed keep what was sealed, in order', () => {
  for (const seed of seedsOf(15)) {
    const random = new Random(seed);
    const rig = inMemory(
      { segmentBytes: random.between(1024, 8192), maxMessageBytes: random.between(300, 1024) },
      new MemoryFileSystem({ fileBytesMax: 16 * 1024 }),
    );
    const expected: string[] = [];
    let pending: string[] = [];
    let batch: OpenBatch | null = null;
    let owner = new TestOwner();
    const settle = (): void => {
      if (batch?.isOpen !== false) return;
      expect(owner.receipts.length + owner.errors.length, `MILLRACE_SEED=${seed}`).toBe(pending.length > 0 ? 1 : 0);
      if (owner.receipts.length > 0) expected.push(...pending);
      pending = [];
      batch = null;
    };
    const ends = (): void => {
      const choice = random.between(0, 5);
      if (choice === 0 && batch !== null && batch.count > 0) batch.seal();
      else if (choice === 1) batch?.discard(new Error('given up'));
      else if (choice === 2) rig.log.roll();
      else if (choice === 3) {
        const value = `append ${expected.length}`;
        rig.log.append([{ value }]);
        settle();
        expected.push(value);
      } else if (choice === 4) {
        rig.crash();
      }
      settle();
    };
    for (let step = 0; step < 200; step++) {
      if (batch === null) {
        owner = new TestOwner();
        batch = rig.log.openBatch({ owner, compression: random.chance(0.3) ? 'gzip' : 'none' });
      }
      const value = `${step}`.padEnd(random.between(1, 150), '.');
      if (batch.add({ value }, 1_700_000_000_000)) pending.push(value);
      else {
        batch.seal();
        settle();
      }
      if (random.chance(0.1)) ends();
    }
    if (batch !== null && batch.isOpen && batch.count > 0) batch.seal();
    settle();
    expect(rig.values(), `MILLRACE_SEED=${seed}`).toEqual(expected);
    expect(rig.crash().damage).toBeNull();
    expect(rig.values(), `MILLRACE_SEED=${seed}`).toEqual(expected);
  }
});

describe('a record that writes to its log while it is being added', () => {
  const WRITES: Record<string, (rig: TempLog, batch: OpenBatch) => unknown> = {
    'its batch': (_, batch) => batch.add({ value: 'inner' }, 1),
    'its batch, many': (_, batch) => batch.addAll([{ value: 'inner' }], 0, 1, 1),
    'a seal': (_, batch) => batch.seal(),
    'a discard': (_, batch) => batch.discard(new Error('given up')),
    'an append': (rig) => rig.log.append([{ key: 'k', value: 'inner' }]),
    'a cut': (rig) => rig.log.truncateTo(0),
  };
  const cases = ['add', 'addAll'].flatMap((how) =>
    [true, false].flatMap((compact) => Object.keys(WRITES).map((write) => [how, compact, write] as const)),
  );

  test.each(cases)('by %s, compacted %s: %s is refused, and the batch goes on', async (how, compact, write) => {
    const rig = new TempLog({ compact });
    rig.log.append([{ key: 'k', value: 'before' }]);
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    add(batch, { key: 'k', value: 'a' });
    const codes: string[] = [];
    let closing: Promise<void> | null = null;
    const record: RecordInput = {
      get key() {
        codes.push(code(() => WRITES[write](rig, batch)));
        closing ??= rig.log.close();
        return 'k';
      },
      value: 'outer',
    };
    if (how === 'add') add(batch, record);
    else expect(batch.addAll([record, { key: 'k', value: 'more' }], 0, 2, 1)).toBe(2);
    expect(new Set(codes)).toEqual(new Set(['ERR_MILLRACE_INVALID_ARGUMENT']));
    await expect(closing).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
    batch.seal();
    const values = ['before', 'a', 'outer', ...(how === 'add' ? [] : ['more'])];
    expect(rig.values()).toEqual(values);
    expect(rig.crash().damage).toBeNull();
    expect(rig.values()).toEqual(values);
  });

  test('may add to the open batch of another log', () => {
    const [rig, other] = [new TempLog(), new TempLog()];
    const [batch, second] = [rig, other].map(({ log }) => log.openBatch({ owner: new TestOwner() }));
    add(batch, {
      get timestamp() {
        add(second, { value: 'second' });
        return 1_700_000_000_000;
      },
      headers: { a: 'b' },
      value: 'first',
    });
    for (const each of [batch, second]) each.seal();
    expect(rig.values()).toEqual(['first']);
    expect(new Set(other.values())).toEqual(new Set(['second']));
  });
});
