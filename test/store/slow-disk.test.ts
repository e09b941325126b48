/**
 * A disk that writes 40 MB a second, under a log of which much is not written yet: who appends waits for none of it.
 *
 * The disk needs its pages stable, so that who stores into one that is being written waits in any case, and not only when the kernel happens to write it twice.
 */
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStore, type PartitionLog } from 'millrace';
import { loopDisk, noSlowDisk } from '../support/loop-disk.ts';

const MIB = 1024 * 1024;

/** Appends a record each millisecond until `promise` has settled; the longest append and all of it, in milliseconds. */
async function appendDuring(
  partition: PartitionLog,
  promise: Promise<void>,
): Promise<{ longest: number; took: number }> {
  const begin = performance.now();
  const seen = { longest: 0, took: 0 };
  void promise.finally(() => (seen.took = performance.now() - begin));
  while (seen.took === 0) {
    const before = performance.now();
    partition.append([{ value: Buffer.alloc(1000) }]);
    seen.longest = Math.max(seen.longest, performance.now() - before);
    while (performance.now() - before < 1) await setImmediate();
  }
  return seen;
}

// Where a disk cannot be made slow; loop-disk.ts prints the reason.
test.skipIf(noSlowDisk !== null)('a checkpoint holds up no append', { timeout: 60_000 }, async () => {
  const disk = loopDisk({ mebibytes: 256, writeBytesPerSecond: 40 * MIB, stablePages: true });
  const store = await openStore(join(disk, 'data'));
  onTestFinished(() => store.close());
  await store.createTopic('t', { partitions: 1 });
  const partition = store.partition('t', 0);
  const records = Array.from({ length: 1000 }, () => ({ value: Buffer.alloc(1000, 'x') }));
  for (let i = 0; i < 60; i++) partition.append(records);
  const { longest, took } = await appendDuring(partition, store.checkpoint());
  expect(took).toBeGreaterThan(1000);
  expect(longest).toBeLessThan(took / 4);
});
