import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadOffsetIndex, loadTimeIndex, loadUnsealedIndexes } from '#millrace/segment/index-loading.js';
import { numbered, TempLog } from '../support/temp-log.ts';

/** A closed log of one segment, with its index files. */
async function closed(): Promise<{ rig: TempLog; size: number; path: (suffix: string) => string }> {
  const rig = new TempLog({ indexIntervalBytes: 200 });
  for (let i = 0; i < 20; i++) {
    rig.log.append(numbered(2, i * 2, 30).map((record) => ({ ...record, timestamp: 1000 + i })));
  }
  const { size } = rig.log;
  await rig.log.close();
  return { rig, size, path: (suffix) => join(rig.directory, `00000000000000000000${suffix}`) };
}

test('whole files give all their entries, and an unsealed segment all but the last word of its close', async () => {
  const { rig, size, path } = await closed();
  const offsets = loadOffsetIndex(rig.system, rig.directory, 0, size);
  const times = loadTimeIndex(rig.system, rig.directory, 0);
  expect(Buffer.from(offsets.bytes)).toEqual(readFileSync(path('.index')));
  expect(Buffer.from(times.bytes)).toEqual(readFileSync(path('.timeindex')));
  const unsealed = loadUnsealedIndexes(rig.system, rig.directory, 0, size);
  expect(unsealed.offsets.count).toBe(offsets.count);
  expect(unsealed.times.lastOffset).toBeLessThanOrEqual(offsets.offsetAt(offsets.count - 1));
  expect(times.lastOffset).toBeGreaterThan(unsealed.times.lastOffset);
});

test('of a padded, cut or missing file the entries that can be ones', async () => {
  const { rig, size, path } = await closed();
  const { count } = loadOffsetIndex(rig.system, rig.directory, 0, size);
  writeFileSync(path('.index'), Buffer.concat([readFileSync(path('.index')), Buffer.alloc(64)]));
  expect(loadOffsetIndex(rig.system, rig.directory, 0, size).count).toBe(count);
  truncateSync(path('.index'), 8 * 3 + 5);
  expect(loadOffsetIndex(rig.system, rig.directory, 0, size).count).toBe(3);
  rmSync(path('.index'));
  rmSync(path('.timeindex'));
  const none = loadUnsealedIndexes(rig.system, rig.directory, 0, size);
  expect([none.offsets.count, none.times.count]).toEqual([0, 0]);
});
