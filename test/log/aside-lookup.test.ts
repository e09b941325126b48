import { expect, test } from 'vitest';
import { SEARCHED_HERE_BYTES_MAX } from '#millrace/limits.js';
import type { FindInBatch } from '#millrace/log/aside-lookup.js';
import { type BatchSearchOutcome, searchBatch } from '#millrace/log/batch-search.js';
import { Random, seedsOf } from '../support/random.ts';
import { readyBatches, TempLog } from '../support/temp-log.ts';

const small = (...timestamps: number[]) => timestamps.map((timestamp) => ({ value: 'v', timestamp }));
const gzip = { compression: 'gzip' } as const;

/** One batch that inflates to more than is searched where it is: a producer has sent it. */
function large(...timestamps: number[]): Buffer {
  const value = Buffer.alloc(SEARCHED_HERE_BYTES_MAX / timestamps.length + 1);
  return readyBatches(
    timestamps.map((timestamp) => ({ value, timestamp })),
    { ...gzip, batchBytesMax: 4 * SEARCHED_HERE_BYTES_MAX },
  );
}

/** Searches after a turn of the event loop, in which `meanwhile` happens, and counts. */
function finder(meanwhile: () => unknown = () => undefined) {
  const searched: number[] = [];
  const find: FindInBatch = async (batch, wanted) => {
    await new Promise(setImmediate);
    meanwhile();
    searched.push(Buffer.from(batch).readUInt32BE(4));
    const outcome: BatchSearchOutcome = searchBatch({ batch: Uint8Array.from(batch), ...wanted });
    if (outcome.kind === 'failed') throw new Error(outcome.error.message);
    return outcome.found;
  };
  return { searched, find };
}

test('what inflates to much is searched elsewhere, and nothing else', async () => {
  const { log } = new TempLog();
  log.append(small(100, 200), gzip);
  log.appendBatches(large(300, 400, 350));
  for (const record of small(500, 600, 550)) log.append([record]);
  const { searched, find } = finder();
  expect(await log.offsetOfAside({ timestamp: 150 }, find)).toMatchObject({ offset: 1, timestamp: 200 });
  expect(await log.offsetOfAside({ timestamp: 500 }, find)).toMatchObject({ offset: 5 });
  expect(await log.offsetOfAside('earliest', find)).toMatchObject({ offset: 0 });
  expect(searched).toEqual([]);
  expect(await log.offsetOfAside({ timestamp: 320 }, find)).toMatchObject({ offset: 3, timestamp: 400 });
  expect(searched).toEqual([2]);
  expect(await log.offsetOfAside({ timestamp: 601 }, find)).toBe(null);
});

test('answers as the look-up in one turn does, in random logs', async () => {
  for (const seed of seedsOf(3)) {
    const random = new Random(seed);
    const { log } = new TempLog({ segmentBytes: 8192, indexIntervalBytes: random.pick([0, 1000]) });
    let now = 1000;
    for (let i = 0; i < 30; i++) {
      now += random.between(0, 20);
      const times = Array.from({ length: random.between(1, 3) }, () => now + random.between(-80, 40));
      if (random.chance(0.3)) log.appendBatches(large(...times));
      else log.append(small(...times), gzip);
      if (random.chance(0.1)) log.deleteRecords(random.between(log.startOffset, log.endOffset));
    }
    const { find } = finder();
    for (let timestamp = 900; timestamp < now + 60; timestamp += random.between(5, 40)) {
      const found = await log.offsetOfAside({ timestamp }, find);
      expect(found, `seed ${seed}, time ${timestamp}`).toEqual(log.offsetForTimestamp(timestamp));
    }
    expect(await log.offsetOfAside('maxTimestamp', find), `seed ${seed}`).toEqual(log.offsetOfMaxTimestamp());
  }
});

test('the largest timestamp where the batch that had it is cut by the log start', async () => {
  const { log } = new TempLog();
  log.appendBatches(large(900, 100, 300));
  log.appendBatches(large(200, 250, 250));
  log.append(small(50));
  log.deleteRecords(1);
  const { find } = finder();
  expect(await log.offsetOfAside('maxTimestamp', find)).toEqual(log.offsetOfMaxTimestamp());
  expect(log.offsetOfMaxTimestamp()).toMatchObject({ offset: 2, timestamp: 300 });
});

test('segments may leave while a batch is searched', async () => {
  const { log } = new TempLog();
  for (let i = 0; i < 4; i++) {
    log.appendBatches(large(100 * i, 100 * i + 500, 100 * i + 10));
    log.roll();
  }
  log.append(small(300));
  // The first has no such record at or past the log start any more, nor have those that leave.
  log.deleteRecords(2);
  const { searched, find } = finder(() => {
    if (log.startOffset < 7) log.deleteRecords(7);
  });
  expect(await log.offsetOfAside({ timestamp: 200 }, find)).toMatchObject({ offset: 7, timestamp: 700 });
  expect(searched).toEqual([0, 6]);
});

test('a log that is closed while a batch is searched ends the look-up', async () => {
  const { log } = new TempLog();
  log.appendBatches(large(900, 100));
  log.append(small(600));
  // The only record of the batch that is late enough is gone, which its header does not say.
  log.deleteRecords(1);
  const closed: Promise<void>[] = [];
  const { find, searched } = finder(() => closed.push(log.close()));
  await expect(log.offsetOfAside({ timestamp: 500 }, find)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  expect(searched).toEqual([0]);
  await Promise.all(closed);
});
