import { expect, test } from 'vitest';
import type { TimestampedOffset } from '#millrace/log/timestamp-lookup.js';
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
