import { describe, expect, test } from 'vitest';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '#millrace/limits.js';
import { FollowedLog } from '#millrace/log/log-follower.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import type { TimestampedOffset } from '#millrace/log/timestamp-lookup.js';
import { native } from '#millrace/native.js';
import { ATTRIBUTES, BATCH_LENGTH, CRC, RECORD_COUNT } from '#millrace/record/batch-format.js';
import { Random, seedsOf } from '../support/random.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

/** What a lookup must answer, by reading everything. */
function scan(rig: TempLog, timestamp: number): TimestampedOffset | null {
  let offset = rig.log.startOffset;
  while (offset < rig.log.endOffset) {
    const run = rig.log.read(offset);
    for (const batch of run) {
      for (const record of batch) {
        if (record.timestamp < timestamp) continue;
        return { offset: record.offset, timestamp: record.timestamp, leaderEpoch: batch.leaderEpoch };
      }
    }
    offset = run.nextOffset;
  }
  return null;
}

const at = (timestamp: number): { value: string; timestamp: number } => ({ value: 'v', timestamp });

test('an empty log has no record at any time', () => {
  const rig = new TempLog();
  expect(rig.log.offsetForTimestamp(0)).toBeNull();
  expect(rig.log.offsetForTimestamp(-1)).toBeNull();
  expect(rig.log.offsetOfMaxTimestamp()).toBeNull();
});

test('the record that is found is the first one at or after the time, not the first of its batch', () => {
  const rig = new TempLog();
  rig.log.append([at(100), at(200), at(300)], { leaderEpoch: 4 });
  expect(rig.log.offsetForTimestamp(200)).toEqual({ offset: 1, timestamp: 200, leaderEpoch: 4 });
  expect(rig.log.offsetForTimestamp(201)).toEqual({ offset: 2, timestamp: 300, leaderEpoch: 4 });
  expect(rig.log.offsetForTimestamp(0)).toMatchObject({ offset: 0 });
  expect(rig.log.offsetForTimestamp(301)).toBeNull();
});

test('timestamps out of order, in a batch and across batches, are found in the order of offsets', () => {
  const rig = new TempLog();
  rig.log.append([at(300), at(100), at(200)]);
  rig.log.append([at(50), at(400), at(60)]);
  expect(rig.log.offsetForTimestamp(150)?.offset).toBe(0);
  expect(rig.log.offsetForTimestamp(301)?.offset).toBe(4);
  expect(rig.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 4, timestamp: 400 });
});

test.each(['gzip', 'snappy', 'lz4'] as const)('a record inside a batch under %s is found', (compression) => {
  const rig = new TempLog();
  rig.log.append([at(100), at(300), at(200)], { compression });
  expect(rig.log.offsetForTimestamp(150)).toMatchObject({ offset: 1, timestamp: 300 });
});

test('of equal timestamps the first one is found, over many segments', () => {
  const rig = new TempLog();
  for (let i = 0; i < 6; i++) {
    rig.log.append([at(500), at(500)]);
    rig.log.roll();
  }
  expect(rig.log.offsetForTimestamp(500)?.offset).toBe(0);
  expect(rig.log.offsetOfMaxTimestamp()?.offset).toBe(0);
  rig.log.deleteRecords(3);
  expect(rig.log.offsetForTimestamp(500)?.offset).toBe(3);
  expect(rig.log.offsetOfMaxTimestamp()?.offset).toBe(3);
});

test('under LogAppendTime a batch has one time', () => {
  const rig = new TempLog({ timestampType: 'LogAppendTime' });
  const first = rig.clock.now();
  rig.log.append([at(5), at(6)]);
  rig.clock.advance(1000);
  rig.log.append([at(1), at(2)]);
  expect(rig.log.offsetForTimestamp(first)).toMatchObject({ offset: 0, timestamp: first });
  expect(rig.log.offsetForTimestamp(first + 1)).toMatchObject({ offset: 2, timestamp: first + 1000 });
});

test('records before the log start are not found, though their segment is there', () => {
  const rig = new TempLog();
  rig.log.append([at(900), at(100), at(200), at(300)]);
  rig.log.deleteRecords(1);
  expect(rig.log.offsetForTimestamp(50)?.offset).toBe(1);
  expect(rig.log.offsetForTimestamp(250)?.offset).toBe(3);
  expect(rig.log.offsetForTimestamp(301)).toBeNull();
});

test('the largest timestamp is that of the records that are left, not of those before the log start', () => {
  const rig = new TempLog();
  rig.log.append([at(900), at(100)]);
  rig.log.append([at(200), at(150)]);
  rig.log.deleteRecords(1);
  expect(rig.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 2, timestamp: 200 });
  rig.log.roll();
  rig.log.append([at(170)]);
  expect(rig.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 2, timestamp: 200 });
  rig.log.deleteRecords(3);
  expect(rig.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 4, timestamp: 170 });
});

test('records without a timestamp count as -1', () => {
  const rig = new TempLog();
  rig.log.append([at(-1), at(-1)]);
  expect(rig.log.offsetForTimestamp(0)).toBeNull();
  expect(rig.log.offsetForTimestamp(-1)?.offset).toBe(0);
  rig.log.append([at(0)]);
  expect(rig.log.offsetForTimestamp(0)?.offset).toBe(2);
});

test.each([1.5, Number.NaN, Infinity, '5'])('a time of %j is refused', (timestamp) => {
  const rig = new TempLog();
  expect(() => rig.log.offsetForTimestamp(timestamp as number)).toThrow('timestamp must be');
});

test('a lookup answers as a scan of everything does, in random logs', async () => {
  for (const seed of seedsOf(6)) {
    const random = new Random(seed);
    const rig = new TempLog({ segmentBytes: 4096, indexIntervalBytes: random.pick([0, 100, 1000]) });
    let now = 1000;
    for (let i = 0; i < 120; i++) {
      now += random.between(0, 20);
      const records = Array.from({ length: random.between(1, 6) }, () => ({
        value: 'v'.repeat(random.between(0, 60)),
        timestamp: random.chance(0.05) ? -1 : Math.max(0, now + random.between(-80, 40)),
      }));
      if (random.chance(0.2)) {
        const baseOffset = rig.log.endOffset + random.between(0, 3);
        rig.log.appendBatches(readyBatches(records, { baseOffset }), { from: 'leader' });
      } else {
        rig.log.append(records, { compression: random.pick(['none', 'none', 'gzip', 'lz4']) });
      }
      if (random.chance(0.03)) rig.log.deleteRecords(random.between(rig.log.startOffset, rig.log.endOffset));
      if (random.chance(0.03)) rig.log.truncateTo(random.between(rig.log.startOffset, rig.log.endOffset));
      if (random.chance(0.03)) await rig.reopen();
    }
    for (let time = 0; time < now + 60; time += random.between(1, 25)) {
      expect(rig.log.offsetForTimestamp(time), `seed ${seed}, time ${time}`).toEqual(scan(rig, time));
    }
    const largest = rig.records().reduce((max, record) => Math.max(max, record.timestamp), -1);
    const expected = largest < 0 ? null : scan(rig, largest);
    expect(rig.log.offsetOfMaxTimestamp(), `seed ${seed}`).toEqual(expected);
  }
}, 60_000);

test('a lookup over many segments reads few of them', async () => {
  const rig = new TempLog();
  for (let i = 0; i < 60; i++) {
    rig.log.append(numbered(5).map((record) => ({ ...record, timestamp: i * 100 })));
    rig.log.roll();
  }
  await rig.reopen();
  expect(rig.log.offsetForTimestamp(2950)).toMatchObject({ offset: 150, timestamp: 3000 });
  const windows = rig.cache.count;
  expect(rig.log.offsetForTimestamp(4950)).toMatchObject({ offset: 250, timestamp: 5000 });
  expect(rig.cache.count - windows).toBeLessThanOrEqual(3);
});

/** The ways in which a log can be written; each line of the contract holds in all of them. */
const forms: Record<string, (rig: TempLog, timestamps: readonly number[], leaderEpoch: number) => void> = {
  'one batch': (rig, timestamps, leaderEpoch) => rig.log.append(timestamps.map(at), { leaderEpoch }),
  'a batch a record': (rig, timestamps, leaderEpoch) => {
    for (const timestamp of timestamps) rig.log.append([at(timestamp)], { leaderEpoch });
  },
  'one batch under gzip': (rig, timestamps, leaderEpoch) =>
    rig.log.append(timestamps.map(at), { leaderEpoch, compression: 'gzip' }),
  'ready batches of a producer': (rig, timestamps, leaderEpoch) =>
    rig.log.appendBatches(readyBatches(timestamps.map(at), { compression: 'lz4' }), { leaderEpoch }),
  'batches of a leader': (rig, timestamps, leaderEpoch) =>
    rig.log.appendBatches(readyBatches(timestamps.map(at), { baseOffset: rig.log.endOffset, leaderEpoch }), {
      from: 'leader',
    }),
  'a segment a record': (rig, timestamps, leaderEpoch) => {
    for (const timestamp of timestamps) {
      rig.log.append([at(timestamp)], { leaderEpoch });
      rig.log.roll();
    }
  },
};

describe.each(Object.entries(forms))('in %s', (_name, write) => {
  test('the answer is the first record at or after the time, in the order of offsets, with its own time and epoch', () => {
    const rig = new TempLog();
    write(rig, [300, 100, 500], 3);
    write(rig, [200, 500, 400], 7);
    const answers = [0, 300, 301, 500].map((timestamp) => rig.log.offsetOf({ timestamp }));
    expect(answers).toEqual([
      { offset: 0, timestamp: 300, leaderEpoch: 3 },
      { offset: 0, timestamp: 300, leaderEpoch: 3 },
      { offset: 2, timestamp: 500, leaderEpoch: 3 },
      { offset: 2, timestamp: 500, leaderEpoch: 3 },
    ]);
    expect(rig.log.offsetOf({ timestamp: 501 })).toBeNull();
  });

  test('the largest timestamp is that of the first record that has it, and is right after a restart, a crash, a trim and a cut', async () => {
    const rig = new TempLog();
    write(rig, [300, 600, 600], 3);
    write(rig, [500, 700, 400, 700], 7);
    const newest = { offset: 4, timestamp: 700, leaderEpoch: 7 };
    expect(rig.log.offsetOf('maxTimestamp')).toEqual(newest);
    await rig.reopen();
    expect(rig.log.offsetOf('maxTimestamp')).toEqual(newest);
    rig.crash();
    expect(rig.log.offsetOf('maxTimestamp')).toEqual(newest);
    rig.log.deleteRecords(5);
    expect(rig.log.offsetOf('maxTimestamp')).toMatchObject({ offset: 6, timestamp: 700 });
    rig.log.truncateFullyAndStartAt(9);
    expect(rig.log.offsetOf('maxTimestamp')).toBeNull();
    write(rig, [5], 8);
    expect(rig.log.offsetOf('maxTimestamp')).toEqual({ offset: 9, timestamp: 5, leaderEpoch: 8 });
  });

  test('after a trim no answer lies before the log start', () => {
    const rig = new TempLog();
    write(rig, [900, 100, 200, 300], 1);
    rig.log.deleteRecords(2);
    expect(rig.log.offsetOf({ timestamp: 0 })?.offset).toBe(2);
    expect(rig.log.offsetOf({ timestamp: 250 })?.offset).toBe(3);
    expect(rig.log.offsetOf({ timestamp: 301 })).toBeNull();
    expect(rig.log.offsetOf('maxTimestamp')?.offset).toBe(3);
    expect(rig.log.offsetOf('earliest')).toEqual({ offset: 2, timestamp: -1, leaderEpoch: 1 });
  });
});

test('a cut takes its records out of the answers, and what is appended then is found', () => {
  const rig = new TempLog({ indexIntervalBytes: 0 });
  for (const timestamp of [100, 900, 200]) rig.log.append([at(timestamp)]);
  rig.log.truncateTo(1);
  expect(rig.log.offsetOf('maxTimestamp')).toMatchObject({ offset: 0, timestamp: 100 });
  expect(rig.log.offsetOf({ timestamp: 101 })).toBeNull();
  rig.log.append([at(300)]);
  expect(rig.log.offsetOf({ timestamp: 101 })).toMatchObject({ offset: 1, timestamp: 300 });
});

test('under LogAppendTime the answer is the first record of its batch', () => {
  const rig = new TempLog({ timestampType: 'LogAppendTime' });
  rig.log.append([at(5), at(900)]);
  rig.clock.advance(10);
  rig.log.append([at(7), at(1)], { compression: 'gzip' });
  const timestamp = rig.clock.now();
  expect(rig.log.offsetOf('maxTimestamp')).toEqual({ offset: 2, timestamp, leaderEpoch: 0 });
  expect(rig.log.offsetOf({ timestamp })).toEqual({ offset: 2, timestamp, leaderEpoch: 0 });
  expect(rig.log.offsetOf({ timestamp: timestamp - 9 })?.offset).toBe(2);
});

test('timestamps before the first one of a batch are its own, not six weeks ahead', () => {
  const rig = new TempLog();
  const now = rig.clock.now();
  rig.log.append([at(now), at(now - 5_000_000_000), at(now - 1)]);
  expect(rig.log.offsetOf('maxTimestamp')).toMatchObject({ offset: 0, timestamp: now });
  expect(rig.log.offsetOf({ timestamp: now - 5_000_000_000 })?.offset).toBe(0);
  rig.log.deleteRecords(1);
  expect(rig.log.offsetOf({ timestamp: 0 })).toMatchObject({ offset: 1, timestamp: now - 5_000_000_000 });
});

test('an empty log begins and ends somewhere, and has no record at any time', () => {
  const rig = new TempLog({}, { startOffset: 7 });
  const nowhere = { offset: 7, timestamp: -1, leaderEpoch: -1 };
  expect([rig.log.offsetOf('earliest'), rig.log.offsetOf('latest')]).toEqual([nowhere, nowhere]);
  expect([rig.log.offsetOf('maxTimestamp'), rig.log.offsetOf({ timestamp: 0 })]).toEqual([null, null]);
});

test('the ends of a log have the epochs of their records, for who only reads too', async () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  for (let epoch = 0; epoch < 30; epoch++) rig.log.append(numbered(2, 0, 50), { leaderEpoch: epoch });
  rig.log.roll();
  rig.log.deleteRecords(5);
  const ends = [
    { offset: 5, timestamp: -1, leaderEpoch: 2 },
    { offset: 60, timestamp: -1, leaderEpoch: 29 },
  ];
  expect([rig.log.offsetOf('earliest'), rig.log.offsetOf('latest')]).toEqual(ends);
  await rig.log.close();
  const reader = FollowedLog.open(rig.environment, rig.directory, {
    settings: rig.settings,
    startOffset: () => 5,
    isPresent: () => true,
    news: new NewsWatch(rig.clock),
  });
  expect([reader.offsetOf('earliest'), reader.offsetOf('latest')]).toEqual(ends);
  reader.close();
});

test('a batch whose header says more than its records have is not taken for the newest', () => {
  const rig = new TempLog();
  rig.log.append([at(100), at(300)]);
  // As compaction leaves it: no record, and the largest timestamp that it had.
  const empty = readyBatches([at(900)], { baseOffset: 2 }).subarray(0, BATCH_HEADER_SIZE);
  empty.writeInt32BE(BATCH_HEADER_SIZE - BATCH_LOG_OVERHEAD, BATCH_LENGTH);
  empty.writeInt32BE(0, RECORD_COUNT);
  empty.writeUInt32BE(native.crc32c(empty, ATTRIBUTES, empty.length), CRC);
  rig.log.appendBatches(empty, { from: 'leader' });
  rig.log.append([at(200)]);
  expect(rig.log.offsetOf('maxTimestamp')).toEqual({ offset: 1, timestamp: 300, leaderEpoch: 0 });
});

test.each(['now', 5, null, undefined])('%j is nothing that can be asked for', (spec) => {
  expect(() => new TempLog().log.offsetOf(spec as never)).toThrow('spec must be');
});
