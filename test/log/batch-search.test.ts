import { expect, test } from 'vitest';
import { searchBatch } from '#millrace/log/batch-search.js';
import { readyBatches } from '../support/temp-log.ts';

const batchOf = (timestamps: readonly number[], compression: 'none' | 'gzip' = 'none'): Buffer =>
  readyBatches(
    timestamps.map((timestamp) => ({ value: 'v', timestamp })),
    { baseOffset: 10, compression },
  );

const search = (batch: Uint8Array, wants: 'first' | 'largest', timestamp: number, startOffset = 0) =>
  searchBatch({ batch, wants, timestamp, startOffset });

test.each(['none', 'gzip'] as const)(
  'the first record of a time, and the first of the largest time, under %s',
  (codec) => {
    const batch = batchOf([100, 300, 50, 300, 200], codec);
    const found = (offset: number, timestamp: number) => ({
      kind: 'searched',
      found: { offset, timestamp, leaderEpoch: expect.any(Number) },
    });
    expect(search(batch, 'first', 60)).toEqual(found(10, 100));
    expect(search(batch, 'first', 101)).toEqual(found(11, 300));
    expect(search(batch, 'first', 60, 12)).toEqual(found(13, 300));
    expect(search(batch, 'largest', 0)).toEqual(found(11, 300));
    expect(search(batch, 'largest', 0, 14)).toEqual(found(14, 200));
    expect(search(batch, 'largest', 301)).toEqual({ kind: 'searched', found: null });
  },
);

test('what cannot be inflated is told as plain data', () => {
  const batch = batchOf([1, 2], 'gzip');
  batch.fill(0, 61);
  expect(search(batch, 'first', 0)).toMatchObject({ kind: 'failed', error: { code: 'ERR_MILLRACE_CORRUPT' } });
});
