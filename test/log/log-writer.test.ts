import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { settled } from '../property/log-inspection.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { codeOf, TestProducer } from '../support/test-producer.ts';

function inMemory(system: MemoryFileSystem): TempLog {
  const parent = temporaryDirectory();
  system.makeDirectory(`${parent}/orders-0`);
  for (const path of ['/', dirname(parent), parent]) system.syncDirectory(path);
  return new TempLog({}, { parent, system });
}

const snapshots = (rig: TempLog): number[] =>
  rig.system
    .list(rig.directory)
    .filter(({ name }) => name.endsWith('.snapshot'))
    .map(({ name }) => Number.parseInt(name));

test('a snapshot that finds no room at a roll is not missed', async () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  const rig = inMemory(system);
  const producer = new TestProducer(() => rig.log, 7);
  producer.append(2);
  system.fault = (operation, path) => (operation === 'pwrite' && path.endsWith('.snapshot') ? 'ENOSPC' : null);
  rig.log.roll();
  producer.append(1);
  await rig.log.close();
  expect(snapshots(rig)).toEqual([0]);
  system.fault = null;
  rig.open();
  expect(rig.log.activeProducers).toMatchObject([{ lastSequence: 2 }]);
  expect(snapshots(rig)).toEqual([0, 3]);
});

test('the first append of the first producer is refused when its snapshot finds no room', () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  const rig = inMemory(system);
  const producer = new TestProducer(() => rig.log, 7);
  system.fault = (operation, path) => (operation === 'pwrite' && path.endsWith('.snapshot') ? 'ENOSPC' : null);
  expect(codeOf(() => producer.append(1))).toBe('ERR_MILLRACE_NO_SPACE');
  expect([rig.log.endOffset, rig.log.activeProducers]).toEqual([0, []]);
  expect(rig.log.append(numbered(1)).baseOffset).toBe(0);
  system.fault = null;
  expect(producer.append(1).baseOffset).toBe(1);
});

test('snapshots are durable with what they tell of: at a roll, a checkpoint and a close', async () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 20, flush: 'manual' });
  const rig = inMemory(system);
  const synced: string[] = [];
  system.fault = (operation, path) => {
    if (operation === 'fdatasync' && path.endsWith('.snapshot')) synced.push(String(Number.parseInt(path.slice(-29))));
    return null;
  };
  const round = (promise: Promise<unknown>): Promise<unknown> => settled(system, promise);
  const producer = new TestProducer(() => rig.log, 7);
  const receipt = producer.append(1);
  await round(receipt.durable);
  expect(synced.splice(0)).toEqual(['0']);
  producer.append(1);
  rig.log.roll();
  await round(rig.log.flush());
  expect(synced.splice(0)).toEqual(['2']);
  producer.append(1);
  await round(rig.log.checkpoint());
  expect(synced.splice(0)).toEqual(['3']);
  producer.append(1);
  await round(rig.log.close());
  expect(synced.splice(0)).toEqual(['4']);
});

test('checkpoints leave no more snapshots than a crash can need', async () => {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 7);
  for (let i = 0; i < 5; i++) {
    producer.append(1);
    if (i === 2) rig.log.roll();
    expect(await rig.log.checkpoint()).toBe(i + 1);
  }
  // Of the first segment, of the second, and the two newest.
  expect(snapshots(rig).sort((a, b) => a - b)).toEqual([0, 3, 4, 5]);
});

test('what is known of one producer', () => {
  const rig = new TempLog();
  expect(rig.log.knownProducer(7)).toBe(null);
  const stamp = { producerId: 7, producerEpoch: 2, baseSequence: 0, isTransactional: true };
  rig.log.append([{ value: 'x' }], { producer: stamp });
  expect(rig.log.knownProducer(7)).toMatchObject({ producerEpoch: 2, isInTransaction: true });
  expect(rig.log.knownProducer(8)).toBe(null);
  rig.log.endTransaction({ producerId: 7, producerEpoch: 3, type: 'abort', transactionVersion: 2 });
  expect(rig.log.knownProducer(7)).toMatchObject({ producerEpoch: 3, isInTransaction: false });
});

test('a log whose high watermark nobody moves follows its end, through cuts too', () => {
  const rig = new TempLog();
  const marks = (): number[] => [rig.log.highWatermark, rig.log.lastStableOffset];
  rig.log.append(numbered(5));
  expect(marks()).toEqual([5, 5]);
  rig.log.truncateTo(0);
  rig.log.append(numbered(3));
  expect(marks()).toEqual([3, 3]);
  rig.log.truncateFullyAndStartAt(9);
  rig.log.append(numbered(1));
  expect(marks()).toEqual([10, 10]);
});

test('a high watermark does not come back after a cut, nor by records that are appended under one that was told too far', () => {
  const rig = new TempLog();
  const marks = (): number[] => [rig.log.highWatermark, rig.log.lastStableOffset];
  for (let i = 0; i < 10; i++) rig.log.append(numbered(1, i));
  rig.log.moveHighWatermark(10);
  rig.log.truncateTo(5);
  expect(marks()).toEqual([5, 5]);
  for (let i = 5; i < 12; i++) rig.log.append(numbered(1, i));
  expect(marks()).toEqual([5, 5]);
  rig.log.moveHighWatermark(100);
  expect(marks()).toEqual([12, 12]);
  rig.log.append(numbered(1));
  expect(marks()).toEqual([12, 12]);
  rig.log.truncateFullyAndStartAt(40);
  rig.log.append(numbered(1));
  expect(marks()).toEqual([40, 40]);
});

test('a high watermark is never below the log start', () => {
  const rig = new TempLog();
  rig.log.append(numbered(5));
  rig.log.deleteRecords(3);
  rig.log.moveHighWatermark(1);
  expect(rig.log.highWatermark).toBe(3);
});
