import { expect, test } from 'vitest';
import { GrowingIndexes, type IndexSettings } from '#millrace/segment/growing-indexes.js';
import { Random, seedsOf } from '../support/random.ts';
import { TempLog } from '../support/temp-log.ts';

interface Batch {
  readonly size: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
}

interface Entries {
  readonly offsets: number[][];
  readonly times: number[][];
}

/**
 * Kafka 4.2's rule as LogSegment.append and recover state it: before a batch is counted, an entry for it if more than the interval has been
 * counted since the last entry; the time index takes the largest timestamp so far, and only when it has grown. At the end the
 * largest timestamp, whatever the interval.
 */
function kafkaEntries(batches: readonly Batch[], intervalBytes: number): Entries {
  const offsets: number[][] = [];
  const times: number[][] = [];
  let largest = [-1, 0];
  let bytesSinceEntry = 0;
  let position = 0;
  const addTime = (): void => {
    if (largest[0] > (times.at(-1)?.[0] ?? -1)) times.push([...largest]);
  };
  for (const { size, lastOffset, maxTimestamp } of batches) {
    if (maxTimestamp > largest[0]) largest = [maxTimestamp, lastOffset];
    if (bytesSinceEntry > intervalBytes) {
      offsets.push([lastOffset, position]);
      addTime();
      bytesSinceEntry = 0;
    }
    position += size;
    bytesSinceEntry += size;
  }
  addTime();
  return { offsets, times };
}

function entriesOf(indexes: GrowingIndexes): Entries {
  const { offsets, times } = indexes;
  return {
    offsets: Array.from({ length: offsets.count }, (_, i) => [offsets.offsetAt(i), offsets.positionAt(i)]),
    times: Array.from({ length: times.count }, (_, i) => [times.timestampAt(i), times.offsetAt(i)]),
  };
}

function randomBatches(random: Random, count: number): Batch[] {
  let lastOffset = 999;
  let time = 50_000;
  return Array.from({ length: count }, () => {
    lastOffset += random.between(1, 20);
    time += random.between(-300, 400);
    return { size: random.between(61, 3000), lastOffset, maxTimestamp: random.chance(0.1) ? -1 : Math.max(time, 0) };
  });
}

test('entries are those of Kafka’s rule, for random batches and intervals', () => {
  for (const seed of seedsOf(200)) {
    const random = new Random(seed);
    const settings: IndexSettings = { intervalBytes: random.pick([0, 1, 61, 1000, 4096, 100_000]), bytesMax: 1 << 20 };
    const batches = randomBatches(random, random.between(0, 80));
    const indexes = GrowingIndexes.empty(settings, 1000);
    let position = 0;
    for (const { size, lastOffset, maxTimestamp } of batches) {
      indexes.add(position, lastOffset, maxTimestamp);
      position += size;
    }
    indexes.seal();
    expect(entriesOf(indexes), `seed ${seed}`).toEqual(kafkaEntries(batches, settings.intervalBytes));
  }
});

test('a batch that begins exactly the interval after the last entry has none of its own', () => {
  const indexes = GrowingIndexes.empty({ intervalBytes: 100, bytesMax: 1000 }, 0);
  indexes.add(0, 0, 1);
  indexes.add(100, 1, 2);
  expect(indexes.offsets.count).toBe(0);
  indexes.add(101, 2, 3);
  expect(entriesOf(indexes)).toEqual({ offsets: [[2, 101]], times: [[3, 2]] });
});

test('one time entry is kept for the seal, and a full index takes no more', () => {
  const indexes = GrowingIndexes.empty({ intervalBytes: 0, bytesMax: 48 }, 0);
  for (let i = 0; i < 20; i++) indexes.add(i * 100, i, i + 1);
  // 48 bytes are six offset entries or four time entries, one of which waits.
  expect(indexes.full).toBe(true);
  expect([indexes.offsets.count, indexes.times.count]).toEqual([3, 3]);
  indexes.seal();
  expect(indexes.times.lastTimestamp).toBe(20);
  expect(indexes.times.bytes.length).toBe(48);
});

test('a seal that says nothing new adds nothing', () => {
  const indexes = GrowingIndexes.empty({ intervalBytes: 0, bytesMax: 1000 }, 0);
  indexes.seal();
  expect(indexes.times.count).toBe(0);
  indexes.add(0, 0, 5);
  indexes.add(100, 1, 5);
  indexes.seal();
  indexes.seal();
  expect(entriesOf(indexes).times).toEqual([[5, 0]]);
});

test('the files are the same with and without new starts and crashes in between', async () => {
  for (const seed of seedsOf(3)) {
    const contents: Record<string, string>[] = [];
    for (const disturbed of [false, true]) {
      const random = new Random(seed);
      const disturb = new Random(seed + 1);
      const rig = new TempLog({ indexIntervalBytes: 700, segmentBytes: 12_000 });
      for (let i = 0; i < 120; i++) {
        const timestamp = 10_000 + i * 10 + random.between(-100, 100);
        rig.log.append([{ value: 'v'.repeat(random.between(0, 900)), timestamp }]);
        if (!disturbed) continue;
        if (disturb.chance(0.08)) await rig.reopen();
        if (disturb.chance(0.05)) rig.crash(disturb.chance(0.5) ? 0 : await rig.log.checkpoint());
        if (disturb.chance(0.05)) await rig.log.checkpoint();
      }
      await rig.log.close();
      contents.push(rig.contents(['.log', '.index', '.timeindex']));
    }
    expect(Object.keys(contents[1]), `seed ${seed}`).toEqual(Object.keys(contents[0]));
    for (const name of Object.keys(contents[0])) {
      expect(contents[1][name] === contents[0][name], `${name}, seed ${seed}`).toBe(true);
    }
  }
}, 60_000);
