import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { recompress } from '#millrace/record/recompress.js';
import { batchOf, check, codecs, options, plain, records } from './random.ts';

describe('recompress', () => {
  test('under any codec a batch is the same batch', () => {
    check(
      fc.property(records, fc.constantFrom(...codecs), fc.constantFrom(...codecs), (input, from, to) => {
        const producer = { producerId: 7, producerEpoch: 1, baseSequence: 40, transactional: true };
        const [bytes] = encodeBatches(input, {
          ...options,
          ...producer,
          timestampType: 'LogAppendTime',
          compression: from,
        });
        const batch = batchOf(bytes);
        const other = batchOf(recompress(batch, to));
        expect(other.isValid()).toBe(true);
        expect(other.compression).toBe(to);
        expect(other.attributes & ~7).toBe(batch.attributes & ~7);
        expect(plain(other)).toEqual(plain(batch));
        // Header fields but for length, checksum and codec; then there and back again.
        expect(other.bytes.subarray(23, 61)).toEqual(batch.bytes.subarray(23, 61));
        expect(other.bytes.subarray(0, 8)).toEqual(batch.bytes.subarray(0, 8));
        expect(recompress(other, from)).toEqual(Buffer.from(bytes));
      }),
      40,
    );
  });

  test('a marker stays a marker', () => {
    const marker = {
      coordinatorEpoch: 1,
      producerId: 5,
      producerEpoch: 0,
      baseOffset: 0,
      leaderEpoch: 0,
      timestamp: 9,
    };
    const other = batchOf(recompress(batchOf(encodeControlBatch({ type: 'abort', ...marker })), 'gzip'));
    expect(other).toMatchObject({ isControl: true, isTransactional: true, compression: 'gzip' });
  });

  test('a batch that compaction emptied stays without a codec', () => {
    const [bytes] = encodeBatches([{ value: 'a' }], { ...options, compression: 'none' });
    const emptied = Buffer.from(bytes.slice(0, 61));
    emptied.writeInt32BE(61 - 12, 8);
    emptied.writeInt32BE(0, 57);
    const other = batchOf(recompress(batchOf(emptied), 'gzip'));
    expect(other).toMatchObject({ compression: 'none', size: 61, recordCount: 0 });
    expect(other.isValid()).toBe(true);
  });
});
