import { describe, expect, test } from 'vitest';
import { type Judge, surveyRun } from '#millrace/consumer/batch-survey.js';
import { ConsumerBatch } from '#millrace/consumer/consumer-batch.js';
import type { CompressionName } from '#millrace/types.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const place = { topic: 'orders', partition: 3 };
const all = Number.POSITIVE_INFINITY;

function batchAt(log: TempLog['log'], offset: number, judge: Judge | null = null): ConsumerBatch {
  const run = log.read(offset);
  return new ConsumerBatch(place, run, surveyRun(run, all, judge), {
    highWatermark: log.endOffset + 2,
    stable: log.endOffset + 2,
  });
}

const valuesIn = (batch: Iterable<{ value: unknown }>): string[] => Array.from(batch, ({ value }) => String(value));

describe('a batch of a consumer', () => {
  test('tells where it is from and what it has', () => {
    const { log } = new TempLog();
    for (let i = 0; i < 3; i++) log.append(numbered(4, 4 * i));
    const batch = batchAt(log, 5);
    expect(batch).toMatchObject({ ...place, highWatermark: 14, baseOffset: 5, lastOffset: 11, nextOffset: 12, lag: 2 });
    expect(batch.size).toBe(log.read(5).size);
    expect(valuesIn(batch)).toEqual(['5', '6', '7', '8', '9', '10', '11']);
    expect(valuesIn(batch.records)).toEqual(valuesIn(batch));
    expect(Array.from(batch.recordBatches(), ({ baseOffset }) => baseOffset)).toEqual([4, 8]);
    const records = batch[Symbol.iterator]();
    while (records.next().done !== true);
    expect(records.next()).toEqual({ done: true, value: undefined });
  });

  test('leaves out what the survey left out', () => {
    const { log } = new TempLog();
    for (let i = 0; i < 4; i++) {
      const producer = { transactional: true, producerId: i, producerEpoch: 0, baseSequence: 0 };
      log.appendBatches(readyBatches(numbered(2, 2 * i), { baseOffset: 2 * i, ...producer }));
    }
    const batch = batchAt(log, 0, ({ producerId }) => producerId !== 1 && producerId !== 3);
    expect(valuesIn(batch)).toEqual(['0', '1', '4', '5']);
    expect(batch.nextOffset).toBe(8);
  });

  test.each<CompressionName>(['none', 'gzip', 'snappy', 'lz4'])('of %s', (compression) => {
    const { log } = new TempLog();
    log.appendBatches(readyBatches(numbered(50, 0, 40), { compression }));
    const batch = batchAt(log, 20);
    expect(valuesIn(batch)).toEqual(numbered(30, 20, 40).map(({ value }) => value));
  });
});
