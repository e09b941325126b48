import { readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recoverLog } from '#millrace/log/log-recovery.js';
import type { LogSettings } from '#millrace/log/log-settings.js';
import { TestOwner } from '../support/batch-owner.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { numbered, TempLog } from '../support/temp-log.ts';

const DAY = 86_400_000;

/** A log of `count` sealed segments of ten records, one a day, and an active one of today. */
function daily(count: number, settings: Partial<LogSettings> = {}): TempLog {
  const rig = new TempLog({ retentionMs: 3 * DAY, ...settings });
  for (let day = 0; day <= count; day++) {
    if (day > 0) rig.log.roll();
    const timestamp = rig.clock.now() - (count - day) * DAY;
    rig.log.append(numbered(10, day * 10).map((record) => ({ ...record, timestamp })));
  }
  return rig;
}

test('a log removes what is too old, with all files of it, and says how much', () => {
  const rig = daily(5);
  const { size } = rig.log;
  expect(rig.log.retain()).toEqual({ segments: 2, bytes: size - rig.log.size });
  expect([rig.log.startOffset, rig.log.endOffset]).toEqual([20, 60]);
  expect(rig.names('.log')).toEqual([20, 30, 40, 50].map((offset) => `${String(offset).padStart(20, '0')}.log`));
  expect(rig.names('.timeindex')).toHaveLength(3);
  expect(rig.values().map(Number)).toEqual(Array.from({ length: 40 }, (_, i) => 20 + i));
  expect(() => rig.log.read(19)).toThrow('the log has 20 to 60');
  expect(rig.log.retain()).toEqual({ segments: 0, bytes: 0 });
});

test('the active segment is rolled when it is past its time; the log goes on where it was, and again after a restart', async () => {
  const rig = daily(2);
  rig.clock.advance(4 * DAY);
  expect(rig.log.retain().segments).toBe(3);
  expect([rig.log.startOffset, rig.log.endOffset, rig.log.size]).toEqual([30, 30, 0]);
  expect(rig.names('.log')).toEqual(['00000000000000000030.log']);
  expect(rig.log.append(numbered(1, 30)).baseOffset).toBe(30);
  await rig.reopen(0);
  expect([rig.log.startOffset, rig.values()]).toEqual([30, ['30']]);
});

test('a log that lost all its records goes on at its end, whether it was stopped or killed', async () => {
  const rig = daily(1);
  rig.clock.advance(5 * DAY);
  rig.log.retain();
  rig.crash();
  expect([rig.log.startOffset, rig.log.endOffset]).toEqual([20, 20]);
  await rig.reopen(0);
  expect(rig.log.append(numbered(1)).baseOffset).toBe(20);
});

test('a record that nobody waits for to be durable is removed too, and its receipt settles', async () => {
  const rig = new TempLog({ retentionBytes: 0 });
  const receipt = rig.log.append(numbered(3));
  expect(rig.log.retain().segments).toBe(1);
  await receipt.durable;
  expect(rig.log.startOffset).toBe(3);
});

test('segments that are due are removed step by step, the log start first', () => {
  const rig = daily(9);
  expect(rig.log.expire(rig.clock.now(), 2)).toBe(2);
  expect([rig.log.startOffset, rig.log.segmentCount, rig.log.hasExpired]).toEqual([20, 10, true]);
  expect(() => rig.log.read(10)).toThrow('the log has 20 to 100');
  while (rig.log.expire(rig.clock.now(), 3) > 0);
  expect([rig.log.startOffset, rig.log.segmentCount]).toEqual([60, 10]);
  expect(rig.log.removeExpired(4, false).segments).toBe(4);
  expect(rig.log.removeExpired(4, false).segments).toBe(2);
  expect([rig.log.removeExpired(4, false).segments, rig.log.hasExpired]).toEqual([0, false]);
});

test('the start is told before files go, and when it cannot be kept each removal is synced before the next', () => {
  const starts: [number, number][] = [];
  const rig = new TempLog(
    { retentionMs: DAY },
    {
      beforeRemoval: (startOffset) => {
        starts.push([startOffset, rig.names('.log').length]);
        return starts.length > 1;
      },
    },
  );
  let synced = 0;
  const syncDirectory = rig.system.syncDirectory.bind(rig.system);
  rig.system.syncDirectory = (path) => {
    synced++;
    syncDirectory(path);
  };
  for (const kept of [false, true]) {
    for (let i = 0; i < 3; i++) {
      rig.log.append(numbered(10));
      rig.log.roll();
    }
    synced = 0;
    rig.clock.advance(2 * DAY);
    expect(rig.log.retain().segments).toBe(3);
    expect(synced).toBe(kept ? 0 : 3);
  }
  expect(starts).toEqual([
    [30, 4],
    [60, 4],
  ]);
});

test('a view of a segment that was removed stays valid, and a reader in its middle finishes', async () => {
  const rig = daily(4);
  const run = rig.log.read(0);
  const reading = rig.log.readAsync(0).catch((error: Error) => error);
  expect(rig.log.retain().segments).toBe(1);
  const values = [...run].flatMap((batch) => [...batch].map((record) => Number(record.value)));
  expect(values).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const outcome = await reading;
  expect(outcome).toMatchObject({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' });
});

test('leader epochs are trimmed to the log start', () => {
  const rig = new TempLog({ retentionMs: 2 * DAY });
  for (let epoch = 1; epoch <= 4; epoch++) {
    rig.log.append(numbered(10), { leaderEpoch: epoch });
    rig.log.roll();
    rig.clock.advance(DAY);
  }
  rig.log.retain();
  expect(rig.log.startOffset).toBe(20);
  expect(rig.log.leaderEpochs.entries).toEqual([
    { epoch: 3, startOffset: 20 },
    { epoch: 4, startOffset: 30 },
  ]);
});

test('an open batch is sealed before its segment would go, and keeps it when it is young', () => {
  const rig = new TempLog({ retentionMs: DAY });
  rig.log.append(numbered(10));
  rig.clock.advance(2 * DAY);
  const owner = new TestOwner();
  rig.log.openBatch({ owner }).add({ value: '10' }, rig.clock.now());
  expect(rig.log.retain().segments).toBe(0);
  expect([rig.values().length, owner.receipts.length]).toEqual([11, 1]);
});

test('a segment whose records have no timestamps goes by the time of its file', async () => {
  const rig = new TempLog({ retentionMs: DAY });
  rig.log.append([{ value: 'x', timestamp: -1 }]);
  rig.log.roll();
  rig.log.append([{ value: 'y' }]);
  await rig.reopen();
  const old = (rig.clock.now() - 2 * DAY) / 1000;
  const young = (rig.clock.now() - DAY / 2) / 1000;
  utimesSync(rig.path('00000000000000000000.log'), young, young);
  expect(rig.log.retain().segments).toBe(0);
  utimesSync(rig.path('00000000000000000000.log'), old, old);
  expect(rig.log.retain().segments).toBe(1);
});

test('a timestamp of the future keeps its segment, and is told', () => {
  const rig = new TempLog({ retentionMs: DAY, timestampAfterMaxMs: Number.MAX_SAFE_INTEGER });
  const future = rig.clock.now() + 900 * DAY;
  rig.log.append([{ value: 'x', timestamp: future }]);
  rig.log.roll();
  rig.clock.advance(10 * DAY);
  expect(rig.log.retain().segments).toBe(0);
  expect(rig.log.futureTimestamp(rig.clock.now())).toEqual({
    path: rig.path('00000000000000000000.log'),
    timestamp: future,
  });
  rig.clock.advance(900 * DAY);
  expect(rig.log.futureTimestamp(rig.clock.now())).toBeNull();
  expect(rig.log.retain().segments).toBe(1);
});

test('a cut after the start has moved past what is to be removed changes nothing of what is removed', () => {
  const rig = daily(4);
  rig.log.expire(rig.clock.now());
  expect(rig.log.truncateTo(25)).toBe(20);
  expect(rig.log.append(numbered(1)).baseOffset).toBe(20);
  expect(rig.log.removeExpired(Infinity, false).segments).toBe(1);
  expect(rig.names('.log')).toEqual(['00000000000000000010.log', '00000000000000000020.log']);
});

test('a cut at the start removes at once what was to be removed', () => {
  const rig = daily(4);
  rig.log.expire(rig.clock.now());
  expect(rig.log.truncateTo(15)).toBe(10);
  expect(rig.names('.log')).toEqual(['00000000000000000010.log']);
  expect(rig.log.removeExpired(Infinity, false).segments).toBe(0);
  expect(rig.log.append(numbered(1)).baseOffset).toBe(rig.log.startOffset);
});

test('the log start and the epochs that retention left are in their files after a checkpoint', async () => {
  const rig = daily(5);
  rig.log.retain();
  await rig.log.checkpoint();
  expect(readFileSync(rig.path('leader-epoch-checkpoint'), 'utf8')).toBe('0\n1\n0 20\n');
});

test('files of segments that went follow; who goes on where they were, or comes to be again, has their names', async () => {
  for (const offset of [0, 10, 25]) {
    const rig = new TempLog({ retentionMs: 3 * DAY }, { beforeRemoval: () => true });
    for (let i = 0; i < 30; i++) {
      if (i > 0) rig.log.roll();
      rig.log.append(numbered(1, i));
    }
    rig.log.deleteRecords(28);
    expect([rig.log.segmentCount, rig.log.isRemoving]).toEqual([2, true]);
    // Below the log start, while a thread is at the files that were there.
    expect(rig.log.truncateFullyAndStartAt(offset)).toBe(offset);
    for (let i = offset; i < 30; i++) {
      rig.log.append(numbered(1, i));
      rig.log.roll();
    }
    await rig.log.removed();
    expect(rig.values().map(Number)).toEqual(Array.from({ length: 30 - offset }, (_, i) => offset + i));
    expect(rig.names('.log')).toHaveLength(31 - offset);
    await rig.reopen();
    expect(rig.values()).toHaveLength(30 - offset);
  }
});

test('an opening removes what lies before the log start, snapshots of producers too', async () => {
  const rig = new TempLog({ retentionMs: -1 });
  for (let i = 0; i < 6; i++) {
    rig.log.append(numbered(2, 2 * i), { producer: { producerId: 7, producerEpoch: 0, baseSequence: 2 * i } });
    rig.log.roll();
  }
  await rig.log.checkpoint();
  rig.stop();
  // One that a removal was in the middle of.
  unlinkSync(rig.path('00000000000000000002.index'));
  rig.open(9);
  expect([rig.log.startOffset, rig.log.segmentCount, rig.values()]).toEqual([9, 3, ['9', '10', '11']]);
  await rig.log.removed();
  expect(rig.names('.log').map((name) => Number.parseInt(name, 10))).toEqual([8, 10, 12]);
  expect(rig.names('.index').every((name) => Number.parseInt(name, 10) >= 8)).toBe(true);
  expect(rig.names('.snapshot').every((name) => Number.parseInt(name, 10) >= 8)).toBe(true);
  expect(
    rig.log.append(numbered(2, 12), { producer: { producerId: 7, producerEpoch: 0, baseSequence: 12 } }).baseOffset,
  ).toBe(12);
});

test('snapshots of producers that went with their segments are not removed again, nor believed to be there', async () => {
  const system = new MemoryFileSystem({ fileBytesMax: 1 << 24 });
  system.makeDirectory('/data/orders-0');
  const rig = new TempLog({}, { system, parent: '/data', beforeRemoval: () => true });
  const unlinked: string[] = [];
  system.fault = (operation, path) => {
    if (operation === 'unlink' && path.endsWith('.snapshot')) unlinked.push(path);
    return null;
  };
  const append = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      rig.log.append(numbered(1, i), { producer: { producerId: 7, producerEpoch: 0, baseSequence: i } });
      rig.log.roll();
    }
  };
  append(0, 6);
  rig.log.deleteRecords(5);
  await rig.log.removed();
  append(6, 12);
  await rig.log.checkpoint();
  expect(unlinked.length).toBeGreaterThan(0);
  expect(new Set(unlinked).size).toBe(unlinked.length);
});

test('a segment that was being removed may be damaged: recovery does not cut what lies behind it', async () => {
  const rig = new TempLog({}, { beforeRemoval: () => true });
  for (let i = 0; i < 5; i++) {
    rig.log.append(numbered(2, 2 * i));
    rig.log.roll();
  }
  await rig.log.flush();
  rig.log.deleteRecords(5);
  rig.stop();
  // What a power failure leaves of a file that was on its way out, and of which nothing was synced.
  for (const offset of ['0', '2']) writeFileSync(rig.path(`${offset.padStart(20, '0')}.log`), Buffer.alloc(300, 7));
  const { directory, settings } = rig;
  const report = recoverLog(rig.system, { directory, settings, recoveryPoint: 0, startOffset: 5 });
  expect([report.damage, report.endOffset]).toEqual([null, 10]);
  rig.open(5);
  expect(rig.values()).toEqual(['5', '6', '7', '8', '9']);
  await rig.log.removed();
  expect(rig.names('.log').map((name) => Number.parseInt(name, 10))).toEqual([4, 6, 8, 10]);
});

test('nothing past the high watermark is deleted: -1 means up to there', () => {
  const rig = new TempLog();
  for (let i = 0; i < 3; i++) {
    rig.log.append(numbered(10, i * 10));
    rig.log.roll();
  }
  rig.log.moveHighWatermark(12);
  for (const bad of [13, 30]) {
    const refused = { code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' };
    expect(() => rig.log.deleteRecords(bad)).toThrow(/high watermark, which is 12$/);
    expect(() => rig.log.deleteRecords(bad)).toThrow(expect.objectContaining(refused));
  }
  expect([rig.log.startOffset, rig.log.segmentCount]).toEqual([0, 4]);
  expect(rig.log.deleteRecords(11)).toBe(11);
  expect(rig.log.deleteRecords(-1)).toBe(12);
  expect([rig.log.startOffset, rig.log.highWatermark, rig.log.endOffset]).toEqual([12, 12, 30]);
});

test('segments that reach past the high watermark stay, and go when it has passed them', () => {
  const rig = daily(3, { retentionBytes: 0, retentionMs: 0 });
  rig.log.moveHighWatermark(15);
  expect(rig.log.retain().segments).toBe(1);
  expect([rig.log.startOffset, rig.log.highWatermark, rig.log.endOffset]).toEqual([10, 15, 40]);
  rig.log.moveHighWatermark(39);
  expect(rig.log.retain().segments).toBe(2);
  expect(rig.log.startOffset).toBe(30);
  rig.log.moveHighWatermark(40);
  expect(rig.log.retain().segments).toBe(1);
  expect([rig.log.startOffset, rig.log.endOffset]).toEqual([40, 40]);
});
