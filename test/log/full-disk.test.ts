import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { SmallDisk, noSmallDisk, testOnSmallDisk } from '../support/small-disk.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const reason = noSmallDisk === null ? '' : ` (skipped: ${noSmallDisk})`;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const numbers = (rig: TempLog): number[] => rig.values().map((value) => Number.parseInt(value));

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

async function released(disk: SmallDisk): Promise<void> {
  for (let i = 0; i < 50 && disk.freeBytes < 1 << 20; i++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Appends until the disk is full; returns how many records there are. */
function appendToTheBrim(rig: TempLog, bytes: number): number {
  for (;;) {
    const { endOffset } = rig.log;
    const found = code(() => rig.log.append(numbered(4, endOffset, bytes)));
    if (found === 'nothing') continue;
    expect(found).toBe('ERR_MILLRACE_NO_SPACE');
    expect(rig.log.endOffset).toBe(endOffset);
    return endOffset;
  }
}

testOnSmallDisk(
  `on a full disk appends are refused, reads go on, and appends when there is room${reason}`,
  async () => {
    const disk = new SmallDisk(4);
    const rig = new TempLog({ segmentBytes: 1 << 20, indexIntervalBytes: 500 }, { parent: disk.path });
    const end = appendToTheBrim(rig, 500);
    expect(end).toBeGreaterThan(4000);
    expect(numbers(rig)).toEqual(range(0, end));
    expect(code(() => rig.log.appendBatches(readyBatches(numbered(50, 0, 2000))))).toBe('ERR_MILLRACE_NO_SPACE');
    expect(code(() => rig.log.append(numbered(50, 0, 2000), { compression: 'gzip' }))).not.toBe('ERR_MILLRACE_OFFLINE');
    expect(rig.health.failure).toBeNull();
    await rig.log.flush();
    // Retention makes room, and then all goes on.
    rig.log.deleteRecords(end / 2 - ((end / 2) % 4));
    // The blocks of a removed file are free when its last mapping has gone.
    await released(disk);
    const start = rig.log.startOffset;
    const next = rig.log.endOffset;
    rig.log.append(numbered(400, next, 500));
    expect(rig.records().map((record) => record.offset)).toEqual(range(start, next + 400));
    expect(rig.crash().damage).toBeNull();
    expect(rig.log.endOffset).toBe(next + 400);
  },
);

testOnSmallDisk(
  `a log that found no room for its indexes at the close is recovered with nothing lost${reason}`,
  async () => {
    const disk = new SmallDisk(4);
    const rig = new TempLog({ segmentBytes: 64 << 20, indexIntervalBytes: 500 }, { parent: disk.path });
    const filler = disk.fill(1 << 20);
    const end = appendToTheBrim(rig, 300);
    disk.fill();
    await expect(rig.log.close()).rejects.toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
    expect(rig.log.isClosed).toBe(true);
    expect(rig.health.failure).toBeNull();
    rmSync(filler);
    expect(rig.recover(0)).toMatchObject({ endOffset: end, damage: null });
    rig.open();
    rig.log.append(numbered(1, end));
    expect(numbers(rig)).toEqual(range(0, end + 1));
  },
);

testOnSmallDisk(`a log on a disk that is full but for what it had reserved closes cleanly${reason}`, async () => {
  const disk = new SmallDisk(4);
  const rig = new TempLog({ indexIntervalBytes: 500 }, { parent: disk.path });
  for (let i = 0; i < 30; i++) rig.log.append(numbered(10, i * 10, 50));
  disk.fill();
  await rig.reopen();
  expect(numbers(rig)).toEqual(range(0, 300));
});

testOnSmallDisk(`a roll that finds no room changes nothing, however often it is tried${reason}`, async () => {
  const disk = new SmallDisk(4);
  const rig = new TempLog({ segmentBytes: 128 * 1024, indexIntervalBytes: 100 }, { parent: disk.path });
  const filler = disk.fill(512 * 1024);
  const end = appendToTheBrim(rig, 500);
  for (let i = 0; i < 300; i++) expect(code(() => rig.log.append(numbered(4, end, 500)))).toBe('ERR_MILLRACE_NO_SPACE');
  expect(numbers(rig)).toEqual(range(0, end));
  rmSync(filler);
  rig.log.append(numbered(200, end, 500));
  expect(numbers(rig)).toEqual(range(0, end + 200));
  await rig.log.close();
  const files = rig.contents(['.log', '.index', '.timeindex']);
  rig.recover(0);
  expect(Object.keys(files).filter((name) => rig.contents([name])[name] !== files[name])).toEqual([]);
});

testOnSmallDisk(`a cut that needs room is refused on a full disk, and works when there is some${reason}`, () => {
  const disk = new SmallDisk(4);
  const rig = new TempLog({ segmentBytes: 64 << 20 }, { parent: disk.path });
  while (rig.log.size < 1_500_000) rig.log.append(numbered(4, rig.log.endOffset, 500));
  const end = rig.log.endOffset;
  const filler = disk.fill();
  expect(code(() => rig.log.truncateTo(end - 100))).toBe('ERR_MILLRACE_NO_SPACE');
  expect(rig.health.failure).toBeNull();
  expect(numbers(rig)).toEqual(range(0, end));
  rmSync(filler);
  expect(rig.log.truncateTo(end - 100)).toBe(end - 100);
  rig.log.append(numbered(1, end - 100));
  expect(numbers(rig)).toEqual(range(0, end - 99));
});

testOnSmallDisk(`a checkpoint on a full disk fails without harm${reason}`, async () => {
  const disk = new SmallDisk(4);
  const rig = new TempLog({ indexIntervalBytes: 0 }, { parent: disk.path });
  for (let i = 0; i < 1000; i++) rig.log.append(numbered(1, i));
  const filler = disk.fill();
  await expect(rig.log.checkpoint()).rejects.toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
  rmSync(filler);
  expect(await rig.log.checkpoint()).toBe(1000);
  expect(rig.health.failure).toBeNull();
});
