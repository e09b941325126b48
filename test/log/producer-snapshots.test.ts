import { expect, test } from 'vitest';
import { type ProducerEntry, decodeProducerSnapshot } from '#millrace/log/producer-snapshot.js';
import { ProducerSnapshots } from '#millrace/log/producer-snapshots.js';
import { listLog } from '#millrace/log/log-directory.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { codeOf } from '../support/test-producer.ts';

const entry: ProducerEntry = {
  producerId: 9_007_199_254_740_991,
  producerEpoch: 0x7fff,
  lastSequence: 0x7fff_ffff,
  lastOffset: 12,
  offsetDelta: 3,
  lastTimestamp: 1_700_000_000_000,
  coordinatorEpoch: 5,
  currentTransactionFirstOffset: 9,
};

function directory(...offsets: number[]): { system: MemoryFileSystem; snapshots: ProducerSnapshots } {
  const system = new MemoryFileSystem();
  system.makeDirectory('/log');
  const snapshots = new ProducerSnapshots(system, '/log', []);
  for (const offset of offsets) snapshots.write(offset, [{ ...entry, lastOffset: offset }])!.close();
  return { system, snapshots };
}

const named = (system: MemoryFileSystem): number[] => [...listLog(system, '/log').snapshots].sort((a, b) => a - b);

function write(system: MemoryFileSystem, offset: number, bytes: Uint8Array): void {
  const file = system.open(`/log/${String(offset).padStart(20, '0')}.snapshot`, 'a+');
  file.write(bytes, 0, bytes.length, 0);
  file.truncate(bytes.length);
  file.close();
}

test('what is written is Kafka’s format, and comes back', () => {
  const { system, snapshots } = directory(7);
  expect(snapshots.newest(0, 7)).toEqual({ offset: 7, entries: [{ ...entry, lastOffset: 7 }] });
  const path = '/log/00000000000000000007.snapshot';
  const bytes = Buffer.alloc(system.sizeOf(path));
  expect(system.open(path, 'r').read(bytes, 0, bytes.length, 0)).toBe(10 + 46);
  expect(decodeProducerSnapshot(bytes, path)).toMatchObject({
    version: 1,
    entries: [{ producerId: entry.producerId }],
  });
});

test('the newest of a range is found, and there is one of an offset', () => {
  const { snapshots } = directory(10, 30, 20);
  expect([snapshots.newest(0, 29)?.offset, snapshots.newest(0, 30)?.offset]).toEqual([20, 30]);
  expect([snapshots.newest(0, 9), snapshots.newest(11, 15)]).toEqual([null, null]);
  expect(snapshots.write(20, [])).toBeNull();
  expect(snapshots.offsets).toEqual([10, 20, 30]);
});

test('torn ones are passed over, and make room when they are removed', () => {
  const { system, snapshots } = directory(10, 20, 30);
  write(system, 20, Buffer.alloc(0));
  write(system, 30, Buffer.from('no snapshot at all'));
  expect(snapshots.newest(0, 30)?.offset).toBe(10);
  expect(named(system)).toEqual([10, 20, 30]);
  snapshots.removeTorn();
  expect(named(system)).toEqual([10]);
  snapshots.write(30, [])!.close();
  expect(snapshots.newest(0, 30)).toEqual({ offset: 30, entries: [] });
});

test('those of segments stay, and the two newest', () => {
  const { system, snapshots } = directory(10, 15, 20, 25, 28, 30);
  snapshots.prune((offset) => offset === 10 || offset === 20);
  expect(named(system)).toEqual([10, 20, 28, 30]);
  snapshots.prune(() => false);
  expect(named(system)).toEqual([28, 30]);
  snapshots.removed((offset) => offset > 28);
  expect(snapshots.offsets).toEqual([28]);
});

test('one that could not be written is not there', () => {
  const { system, snapshots } = directory(10);
  system.fault = (operation) => (operation === 'pwrite' ? 'ENOSPC' : null);
  expect(codeOf(() => snapshots.write(20, []))).toBe('ERR_MILLRACE_NO_SPACE');
  system.fault = null;
  expect(named(system)).toEqual([10]);
  expect([snapshots.offsets, system.openFiles]).toEqual([[10], 0]);
});
