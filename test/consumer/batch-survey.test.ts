import { describe, expect, test } from 'vitest';
import { type Judge, surveyRun } from '#millrace/consumer/batch-survey.js';
import { BatchRun } from '#millrace/record/batches.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { readyBatches } from '../support/temp-log.ts';

function data(baseOffset: number, count: number, transactional = false): Buffer {
  const records = Array.from({ length: count }, (_, i) => ({ value: `${baseOffset + i}` }));
  const producer = transactional ? { transactional, producerId: 7, producerEpoch: 0, baseSequence: 0 } : {};
  return readyBatches(records, { baseOffset, ...producer });
}

function marker(baseOffset: number, type: 'commit' | 'abort'): Uint8Array {
  return encodeControlBatch({
    type,
    coordinatorEpoch: 0,
    producerId: 7,
    producerEpoch: 0,
    baseOffset,
    leaderEpoch: 0,
    timestamp: 0,
  });
}

function runOf(startOffset: number, ...batches: Uint8Array[]): BatchRun {
  const bytes = Buffer.concat(batches);
  return new BatchRun(byteWindow(bytes), 0, bytes.length, startOffset);
}

const all = Number.POSITIVE_INFINITY;

describe('a run of batches', () => {
  test('of data is shown from where the reader stands', () => {
    const [first, second] = [data(10, 3), data(13, 2)];
    expect(surveyRun(runOf(11, first, second), all, null)).toEqual({
      baseOffset: 11,
      lastOffset: 14,
      nextOffset: 15,
      size: first.length + second.length,
      records: 4,
      skipped: null,
    });
  });

  test('below a limit', () => {
    const first = data(0, 3);
    const run = runOf(0, first, data(3, 3));
    expect(surveyRun(run, 3, null)).toMatchObject({ lastOffset: 2, nextOffset: 3, size: first.length });
  });

  test('that begins past the limit, after a gap, is passed over up to the limit', () => {
    expect(surveyRun(runOf(2, data(9, 1)), 5, null)).toMatchObject({ nextOffset: 5, size: 0 });
  });

  test('that is empty goes on where the log ends', () => {
    expect(surveyRun(runOf(8), all, null)).toMatchObject({ nextOffset: 8, size: 0 });
  });

  test('markers are never shown, and the position goes past them', () => {
    const run = runOf(0, marker(0, 'commit'), data(1, 2), marker(3, 'abort'));
    expect(surveyRun(run, all, null)).toMatchObject({ baseOffset: 1, lastOffset: 2, nextOffset: 4, skipped: null });
    expect(surveyRun(runOf(5, marker(5, 'commit')), all, null)).toMatchObject({ nextOffset: 6, size: 0 });
  });

  test('of transactions is judged batch by batch', () => {
    const run = runOf(0, data(0, 2, true), data(2, 1), data(3, 1, true), data(4, 1, true), data(5, 1));
    const judge: Judge = (batch) => {
      expect(batch.isTransactional).toBe(true);
      return batch.baseOffset === 3;
    };
    expect(surveyRun(run, all, judge)).toMatchObject({
      baseOffset: 2,
      lastOffset: 5,
      nextOffset: 6,
      skipped: new Set([0, 4]),
    });
    // Who reads uncommitted records asks nobody.
    expect(surveyRun(run, all, null)).toMatchObject({ baseOffset: 0, lastOffset: 5, skipped: null });
  });

  test('counts the records that are shown, from where the reader stands', () => {
    const records = (run: BatchRun, limit = all, judge: Judge | null = null): number =>
      surveyRun(run, limit, judge).records;
    expect(records(runOf(0, data(0, 3), marker(3, 'commit'), data(4, 2)))).toBe(5);
    expect(records(runOf(2, data(0, 3), data(3, 2)))).toBe(3);
    expect(records(runOf(0, data(0, 3), data(3, 2)), 3)).toBe(3);
    expect(records(runOf(0, data(0, 3, true), data(3, 2)), all, () => false)).toBe(2);
    // Of 10 offsets three have records: where they are the header does not say.
    const compacted = data(0, 3);
    compacted.writeInt32BE(9, 23);
    expect(records(runOf(0, compacted, data(10, 2)))).toBe(5);
    expect(records(runOf(8, compacted, data(10, 2)))).toBe(2);
  });
});
