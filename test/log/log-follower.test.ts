import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { FollowedLog } from '#millrace/log/log-follower.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import { Random, seedsOf } from '../support/random.ts';
import { numbered, TempLog } from '../support/temp-log.ts';

/** Follows the log of a rig with files and windows of its own, as another process would. */
function follow(rig: TempLog): FollowedLog {
  const system = new DiskFileSystem();
  const environment = { system, cache: new WindowCache(system) };
  const log = FollowedLog.open(environment, rig.directory, {
    settings: rig.settings,
    startOffset: () => rig.log.startOffset,
    isPresent: () => true,
    news: new NewsWatch(rig.clock),
  });
  onTestFinished(() => {
    log.close();
    system.close();
  });
  return log;
}

function values(log: FollowedLog, from = log.startOffset): number[] {
  const found: number[] = [];
  for (let offset = from; ;) {
    const run = log.read(offset);
    if (run.size === 0) return found;
    for (const batch of run) for (const record of batch) found.push(Number.parseInt(String(record.value)));
    offset = run.nextOffset;
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('a follower sees what was there, and each append when it reads at the end', () => {
  const rig = new TempLog();
  rig.log.append(numbered(5));
  const log = follow(rig);
  expect(values(log)).toEqual(range(0, 5));
  rig.log.append(numbered(3, 5));
  expect(log.endOffset).toBe(5);
  expect(values(log, 5)).toEqual(range(5, 8));
  expect(log.refresh()).toBe(8);
});

test('a follower goes over rolls, and finds times and offsets in all segments', () => {
  const rig = new TempLog({ segmentBytes: 4096, indexIntervalBytes: 200 });
  const log = follow(rig);
  for (let i = 0; i < 300; i++) {
    rig.log.append([{ value: `${i}`.padEnd(50), timestamp: 1000 + i }]);
    if (i % 37 === 0) expect(log.refresh()).toBe(i + 1);
  }
  expect(values(log)).toEqual(range(0, 300));
  expect(log.segmentCount).toBe(rig.log.segmentCount);
  for (let i = 0; i < 300; i += 13) expect(log.offsetForTimestamp(1000 + i)?.offset).toBe(i);
});

test('a follower follows removals at the beginning', () => {
  const rig = new TempLog({ segmentBytes: 2048 });
  for (let i = 0; i < 100; i++) rig.log.append(numbered(1, i, 50));
  const log = follow(rig);
  rig.log.deleteRecords(60);
  log.refresh();
  expect(log.startOffset).toBe(60);
  expect(values(log)).toEqual(range(60, 100));
  expect(() => log.read(10)).toThrow('the log has 60 to 100');
});

test('a follower that reads on through anything sees what the log has', () => {
  for (const seed of seedsOf(4)) {
    const random = new Random(seed);
    const rig = new TempLog({ segmentBytes: 4096 });
    const log = follow(rig);
    let next = 0;
    for (let i = 0; i < 200; i++) {
      rig.log.append(numbered(random.between(1, 4), rig.log.endOffset, random.between(1, 300)));
      if (random.chance(0.1)) rig.log.roll();
      if (random.chance(0.05)) rig.log.deleteRecords(random.between(rig.log.startOffset, next));
      if (random.chance(0.5)) continue;
      const found = values(log, Math.max(next, log.startOffset));
      expect(found, `seed ${seed}`).toEqual(range(next, rig.log.endOffset));
      next = rig.log.endOffset;
    }
  }
});

test('a cut is seen: the records after it are the new ones', () => {
  const rig = new TempLog();
  rig.log.append(numbered(10));
  rig.log.append(numbered(10, 10));
  const log = follow(rig);
  expect(values(log)).toHaveLength(20);
  rig.log.truncateTo(10);
  rig.log.append(numbered(5, 100));
  log.refresh();
  expect(values(log)).toEqual([...range(0, 10), ...range(100, 105)]);
});

test('an empty directory has no segment yet, and is followed once there is one', () => {
  const rig = new TempLog();
  const log = follow(rig);
  expect([log.endOffset, log.read(0).size]).toEqual([0, 0]);
  rig.log.append(numbered(2));
  expect(values(log)).toEqual([0, 1]);
});

test('indexes that a follower had to make again are not given up for the damaged files when the writer rolls', () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  const append = (from: number): void => {
    for (let i = from; i < from + 10; i++) rig.log.append([{ value: `${i}`.padEnd(60), timestamp: 1000 + i }]);
  };
  append(0);
  rig.log.roll();
  append(10);
  const [first] = rig.names('.timeindex');
  writeFileSync(join(rig.directory, first), '');
  const log = follow(rig);
  expect(log.offsetForTimestamp(1005)?.offset).toBe(5);
  rig.log.roll();
  append(20);
  expect(log.refresh()).toBe(30);
  for (const offset of [5, 15, 25]) expect(log.offsetForTimestamp(1000 + offset)?.offset).toBe(offset);
});
