import { expect, test } from 'vitest';
import { cleanableRange } from '#millrace/compaction/cleanable-range.js';
import { TempLog } from '../support/temp-log.ts';

/** Segments of ten records each, whose times are 1000, 2000, ...; the last one is active. */
function rigOf(settings: Record<string, number> = {}, segments = 4): TempLog {
  const rig = new TempLog({ compact: true, ...settings });
  for (let i = 1; i <= segments; i++) {
    rig.log.append(Array.from({ length: 10 }, (_, j) => ({ key: `${j}`, value: 'x', timestamp: i * 1000 })));
    if (i < segments) rig.log.roll();
  }
  return rig;
}

test('everything before the active segment, and dirty from where it is not clean', () => {
  const { log } = rigOf();
  const size = log.sealedSegments[0].size;
  expect(cleanableRange(log, 0, 5000)).toMatchObject({
    firstDirtyOffset: 0,
    bound: 30,
    cleanBytes: 0,
    dirtyBytes: 3 * size,
    dirtyRatio: 1,
    isOverdue: false,
  });
  expect(cleanableRange(log, 20, 5000)).toMatchObject({ firstDirtyOffset: 20, cleanBytes: 2 * size, dirtyBytes: size });
  expect(cleanableRange(log, 20, 5000).dirtyRatio).toBeCloseTo(1 / 3);
  expect(cleanableRange(log, 30, 5000)).toMatchObject({
    firstDirtyOffset: 30,
    bound: 30,
    dirtyBytes: 0,
    dirtyRatio: 0,
  });
  // In the middle of a segment, after a pass for which the keys were too many: it is clean and dirty.
  expect(cleanableRange(log, 15, 5000)).toMatchObject({ cleanBytes: 2 * size, dirtyBytes: 2 * size });
});

test('a checkpoint that cannot be of this log counts for nothing', () => {
  const { log } = rigOf();
  expect(cleanableRange(log, 41, 5000).firstDirtyOffset).toBe(0);
  log.deleteRecords(15);
  expect(cleanableRange(log, 3, 5000)).toMatchObject({ firstDirtyOffset: 15, bound: 30 });
  expect(cleanableRange(log, 15, 5000).segments).toHaveLength(2);
});

test('a log without a sealed segment has nothing', () => {
  const { log } = new TempLog({ compact: true });
  expect(cleanableRange(log, 0, 5000)).toMatchObject({ bound: 0, segments: [], dirtyRatio: 0 });
  log.append([{ key: 'a', value: 'x' }]);
  expect(cleanableRange(log, 0, 5000)).toMatchObject({ bound: 0, segments: [], dirtyRatio: 0 });
});

test('min.compaction.lag.ms: nothing from the first segment on that has a younger record', () => {
  const { log } = rigOf({ minCompactionLagMs: 500 });
  expect(cleanableRange(log, 0, 2499).bound).toBe(10);
  expect(cleanableRange(log, 0, 2500).bound).toBe(20);
  expect(cleanableRange(log, 0, 3500).bound).toBe(30);
  // What is clean already is not looked at again.
  expect(cleanableRange(log, 20, 2000)).toMatchObject({ firstDirtyOffset: 20, bound: 20, dirtyBytes: 0 });
});

test('max.compaction.lag.ms: overdue when the first batch of a dirty segment has waited longer', () => {
  const { log } = rigOf({ maxCompactionLagMs: 500 });
  expect(cleanableRange(log, 0, 1500).isOverdue).toBe(false);
  expect(cleanableRange(log, 0, 1501).isOverdue).toBe(true);
  expect(cleanableRange(log, 10, 1501).isOverdue).toBe(false);
  expect(cleanableRange(log, 10, 2501).isOverdue).toBe(true);
  expect(cleanableRange(log, 30, 90_000).isOverdue).toBe(false);
});
