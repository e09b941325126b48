/** Opening a log that has producers: which snapshot is read, and what of the log. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import type { OpenMode } from '#millrace/file/file-system.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { TestProducer } from '../support/test-producer.ts';

class CountingDisk extends DiskFileSystem {
  opened: string[] = [];

  override open(path: string, mode: OpenMode): ReturnType<DiskFileSystem['open']> {
    this.opened.push(path.slice(path.lastIndexOf('/') + 1));
    return super.open(path, mode);
  }
}

/** Three segments, in each of which a producer writes and one transaction is aborted; the last one is open. */
function filled(system = new CountingDisk()): { rig: TempLog; system: CountingDisk; producer: TestProducer } {
  const rig = new TempLog({}, { system });
  const producer = new TestProducer(() => rig.log, 7);
  const transactional = new TestProducer(() => rig.log, 8, true);
  for (let i = 0; i < 3; i++) {
    if (i > 0) rig.log.roll();
    producer.append(2);
    transactional.append(1);
    transactional.end('abort');
    producer.append(1);
    if (i === 2) transactional.append(1);
  }
  return { rig, system, producer };
}

const snapshotsIn = (names: readonly string[]): string[] => names.filter((name) => name.endsWith('.snapshot'));
const segment = (offset: number, suffix: string): string => String(offset).padStart(20, '0') + suffix;

test('a log of 1,000 segments with snapshots reads one of them', async () => {
  const system = new MemoryFileSystem({ fileBytesMax: 8 * 1024 });
  const parent = temporaryDirectory();
  system.makeDirectory(`${parent}/orders-0`);
  const rig = new TempLog({ segmentBytes: 4096 }, { system, parent });
  const producer = new TestProducer(() => rig.log, 7);
  for (let i = 0; i < 1000; i++) {
    producer.append(1);
    rig.log.roll();
  }
  producer.append(1);
  await rig.log.close();
  const names = (): string[] => system.list(rig.directory).map(({ name }) => name);
  expect(snapshotsIn(names())).toHaveLength(1000 + 1 + 1);
  const opened: string[] = [];
  system.fault = (operation, path) => {
    if (operation === 'open') opened.push(path.slice(path.lastIndexOf('/') + 1));
    return null;
  };
  rig.open();
  expect(snapshotsIn(opened)).toEqual([segment(1001, '.snapshot')]);
  expect(rig.log.activeProducers).toMatchObject([{ lastSequence: 1000, lastOffset: 1000 }]);
  expect(producer.retry(1000)).toMatchObject({ baseOffset: 1000, isDuplicate: true });
});

test('a clean stop leaves a snapshot at the end, and an untouched log no new one', async () => {
  const { rig } = filled();
  const before = [...rig.log.activeProducers];
  await rig.reopen();
  expect(rig.names('.snapshot')).toEqual([0, 5, 10, 16].map((offset) => segment(offset, '.snapshot')));
  expect(rig.log.activeProducers).toEqual(before);
  expect(rig.log.openTransactions).toMatchObject([{ producerId: 8, firstOffset: 15 }]);
  expect(rig.log.abortedTransactions(0, 16)).toHaveLength(3);
  await rig.reopen();
  expect(rig.names('.snapshot')).toHaveLength(4);
});

test.each([
  ['missing', (path: string) => rmSync(path)],
  ['torn', (path: string) => truncateSync(path, 30)],
  ['spoilt', (path: string) => writeFileSync(path, 'nonsense')],
])('when the newest is %s, the one before and what follows say the same', async (_what, spoil) => {
  const { rig, system } = filled();
  const before = [...rig.log.activeProducers];
  await rig.log.close();
  spoil(rig.path(segment(16, '.snapshot')));
  system.opened = [];
  rig.open();
  expect(rig.log.activeProducers).toEqual(before);
  expect(rig.log.lastStableOffset).toBe(15);
  // The next opening need not do that again.
  expect(rig.names('.snapshot')).toContain(segment(16, '.snapshot'));
  rig.stop();
  system.opened = [];
  rig.open();
  expect(snapshotsIn(system.opened)).toEqual([segment(16, '.snapshot')]);
});

test('when none can be read, the log says it from its start on', async () => {
  const { rig } = filled();
  const before = [...rig.log.activeProducers];
  await rig.log.close();
  for (const name of rig.names('.snapshot')) writeFileSync(rig.path(name), 'nonsense');
  rig.open();
  expect(rig.log.activeProducers).toEqual(before);
  expect(rig.log.abortedTransactions(0, 16)).toHaveLength(3);
});

test('when none is left, and what the log has says that there were producers, it says the rest too', async () => {
  const { rig, producer } = filled();
  const before = [...rig.log.activeProducers];
  await rig.log.close();
  for (const name of rig.names('.snapshot')) rmSync(rig.path(name));
  rig.open();
  expect(rig.log.activeProducers).toEqual(before);
  expect(rig.log.lastStableOffset).toBe(15);
  expect(rig.log.abortedTransactions(0, 16)).toHaveLength(3);
  expect(producer.retry(8, 1)).toMatchObject({ baseOffset: 14, isDuplicate: true });
  // The next opening need not do that again.
  expect(rig.names('.snapshot')).toEqual([segment(16, '.snapshot')]);
  rig.log.truncateTo(12);
  expect(producer.retry(6, 2)).toMatchObject({ baseOffset: 10, isDuplicate: true });
});

test('a transaction index alone tells of producers, and so does a batch at the end', async () => {
  const plain = filled().rig;
  plain.log.append(numbered(200, 0, 100));
  await plain.log.close();
  for (const name of plain.names('.snapshot')) rmSync(plain.path(name));
  plain.open();
  expect(plain.log.lastStableOffset).toBe(15);
  expect(plain.log.abortedTransactions(0, 16)).toHaveLength(3);

  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 7);
  producer.append(3);
  rig.log.roll();
  producer.append(1);
  await rig.log.close();
  for (const name of rig.names('.snapshot')) rmSync(rig.path(name));
  rig.open();
  expect(producer.retry(3)).toMatchObject({ baseOffset: 3, isDuplicate: true });
  expect(producer.retry(0, 3)).toMatchObject({ baseOffset: 0, isDuplicate: true });
});

test('snapshots past the end are not believed, and go', async () => {
  const { rig } = filled();
  await rig.log.close();
  writeFileSync(rig.path(segment(99, '.snapshot')), 'nonsense');
  rig.open();
  expect(rig.names('.snapshot')).not.toContain(segment(99, '.snapshot'));
});

test('a log without producers has no snapshots, and pays for none', async () => {
  const system = new CountingDisk();
  const rig = new TempLog({}, { system });
  for (let i = 0; i < 3; i++) {
    rig.log.append(numbered(5));
    rig.log.roll();
  }
  await rig.log.checkpoint();
  system.opened = [];
  await rig.reopen();
  expect(rig.log.lastStableOffset).toBe(15);
  expect(rig.names('.snapshot')).toEqual([]);
  expect(system.opened.filter((name) => /snapshot|txnindex/.test(name))).toEqual([]);
});

test('states reach back over retention: entries stay when their records go', async () => {
  const { rig, producer } = filled();
  rig.log.deleteRecords(12);
  expect(rig.names('.snapshot')).toEqual([segment(10, '.snapshot')]);
  await rig.reopen(12);
  expect(producer.retry(8, 1)).toMatchObject({ baseOffset: 14, isDuplicate: true });
  expect(rig.log.abortedTransactions(12, 16)).toHaveLength(1);
});

test('before the first batch of a producer an empty snapshot says that there was none', () => {
  const rig = new TempLog();
  rig.log.append(numbered(4));
  expect(rig.names('.snapshot')).toEqual([]);
  new TestProducer(() => rig.log, 7).append(1);
  expect(rig.names('.snapshot')).toEqual([segment(4, '.snapshot')]);
});
