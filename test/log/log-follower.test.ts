import { rmSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { DiskFile } from '#millrace/file/disk-file.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { LOOK_INTERVAL_MAX_MS } from '#millrace/limits.js';
import { FollowedLog } from '#millrace/log/log-follower.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import { Random, seedsOf } from '../support/random.ts';
import { numbered, TempLog } from '../support/temp-log.ts';

/** Follows the log of a rig with files and windows of its own, as another process would. */
function follow(rig: TempLog, isPresent = () => true): FollowedLog {
  const system = new DiskFileSystem();
  const environment = { system, cache: new WindowCache(system) };
  const log = FollowedLog.open(environment, rig.directory, {
    settings: rig.settings,
    startOffset: () => rig.log.startOffset,
    isPresent,
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

const code = (name: string): unknown => expect.objectContaining({ code: `ERR_MILLRACE_${name}` });

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

test('an index that is mapped by a follower stays whole when the writer cuts its segment', () => {
  const rig = new TempLog({ indexIntervalBytes: 1 });
  const count = 6000;
  for (let i = 0; i < count; i++) rig.log.append(numbered(1, i));
  const log = follow(rig);
  for (let i = 0; i < 2; i++) {
    rig.log.roll();
    rig.log.append(numbered(1, count + i));
    log.refresh();
  }
  expect(values(log, count - 1)[0]).toBe(count - 1);
  rig.log.truncateTo(5);
  // Nobody has told the follower: it has what it had, and no page of it is gone.
  for (let offset = 0; offset < count; offset += 101) {
    const [first] = log.read(offset, { maxBytes: 0 });
    expect(first.baseOffset).toBe(offset);
  }
  expect(log.refresh()).toBe(5);
  expect(values(log)).toEqual(range(0, 5));
});

test('a cut to a file of the same size is seen', () => {
  const rig = new TempLog();
  rig.log.append(numbered(10));
  const log = follow(rig);
  rig.log.truncateTo(0);
  rig.log.append(numbered(10, 70));
  expect(log.refresh()).toBe(10);
  expect(values(log)).toEqual(range(70, 80));
});

test('a piece of a log that was not mapped yet is not taken from a file that was put in its place', () => {
  const rig = new TempLog({ segmentBytes: 8192 });
  for (let i = 0; i < 40; i++) rig.log.append(numbered(1, i, 500));
  const log = follow(rig);
  expect(log.segmentCount).toBeGreaterThan(2);
  rig.log.truncateTo(1);
  rig.log.append(numbered(1, 100, 500));
  // The follower knows of no cut; what it would have to map for this read is another file by now.
  expect(() => log.read(10)).toThrow('the log has 0 to 2');
  expect(values(log)).toEqual([0, 100]);
});

test('who waits is woken by a look, and a timer runs only meanwhile', async () => {
  const rig = new TempLog({ segmentBytes: 2048 });
  const log = follow(rig);
  const woken: number[] = [];
  const waiters = [0, 3, 60].map(async (offset) => {
    await log.waitFor(offset);
    woken.push(offset);
  });
  expect(rig.clock.scheduled).toBe(1);
  rig.log.append(numbered(1, 0, 100));
  await setImmediate();
  expect(woken).toEqual([]);
  rig.clock.advance(LOOK_INTERVAL_MAX_MS);
  await setImmediate();
  expect(woken).toEqual([0]);
  for (let i = 1; i < 70; i++) rig.log.append(numbered(1, i, 100));
  rig.clock.advance(LOOK_INTERVAL_MAX_MS);
  await Promise.all(waiters);
  expect(woken).toEqual([0, 3, 60]);
  await setImmediate();
  expect(rig.clock.scheduled).toBe(0);

  // What is there already, known or not, is no reason to wait.
  rig.log.append(numbered(1, 70));
  await log.waitFor(70);
  await log.waitFor(0);
  expect(rig.clock.scheduled).toBe(0);
});

test('a wait ends with its signal, with the log, and with a look that fails; and nothing stays behind', async () => {
  const rig = new TempLog();
  const log = follow(rig);
  const control = new AbortController();
  const aborted = expect(log.waitFor(0, { signal: control.signal })).rejects.toThrow(code('ABORTED'));
  control.abort();
  await aborted;
  expect(rig.clock.scheduled).toBe(0);

  const failing = expect(log.waitFor(0)).rejects.toThrow(code('IO'));
  const read = vi.spyOn(DiskFile.prototype, 'read').mockImplementation(() => {
    throw new MillraceError('ERR_MILLRACE_IO', 'the disk has failed');
  });
  rig.clock.advance(LOOK_INTERVAL_MAX_MS);
  read.mockRestore();
  await failing;
  expect([rig.clock.scheduled, log.isClosed]).toEqual([0, false]);

  const closed = expect(log.waitFor(0)).rejects.toThrow(code('CLOSED'));
  log.close();
  await closed;
  expect(rig.clock.scheduled).toBe(0);
  await expect(log.waitFor(0)).rejects.toThrow(code('CLOSED'));
});

test('a log whose directory is gone, or is that of another topic, is closed and says why', async () => {
  const rig = new TempLog();
  rig.log.append(numbered(3));
  let isPresent = true;
  const log = follow(rig, () => isPresent);
  const [batch] = log.read(0);
  const waiting = expect(log.waitFor(3)).rejects.toThrow(code('CLOSED'));
  rig.stop();
  rmSync(rig.directory, { recursive: true });
  isPresent = false;
  expect(() => log.refresh()).toThrow(code('CLOSED'));
  await waiting;
  expect(() => log.read(0)).toThrow('is gone: its topic was deleted');
  expect([...batch].map(({ value }) => String(value))).toEqual(['0', '1', '2']);
});

test('a time is looked up in what is there when a segment has gone since', () => {
  const rig = new TempLog({ segmentBytes: 2048 });
  for (let i = 0; i < 60; i++) rig.log.append([{ value: `${i}`.padEnd(90), timestamp: 1000 + i }]);
  const log = follow(rig);
  rig.log.deleteRecords(40);
  expect(log.offsetForTimestamp(1003)?.offset).toBe(40);
  expect(log.offsetOfMaxTimestamp()?.offset).toBe(59);
  expect(log.startOffset).toBe(40);
});
