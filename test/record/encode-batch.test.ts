import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { batchOf, check, codecs, codeOf, expected, options, plain, records } from './random.ts';

describe.each(codecs)('%s', (compression) => {
  test('any records come back from batches within the bound', () => {
    check(
      fc.property(records, fc.constantFrom(12_000, 30_000, 1_000_000), (input, batchBytesMax) => {
        const batches = encodeBatches(input, { ...options, compression, batchBytesMax }).map((bytes) => batchOf(bytes));
        let nextOffset = options.baseOffset;
        for (const batch of batches) {
          expect(batch.isValid()).toBe(true);
          expect(batch.size).toBe(batch.bytes.length);
          expect(batch.size).toBeLessThanOrEqual(batchBytesMax);
          expect(batch.baseOffset).toBe(nextOffset);
          expect(batch.recordCount).toBe(batch.lastOffsetDelta + 1);
          nextOffset = batch.nextOffset;
        }
        expect(batches.flatMap((batch) => plain(batch))).toEqual(input.map((record, index) => expected(record, index)));
      }),
      30,
    );
  });

  test('header fields are the same as without compression', () => {
    const input = [
      { value: 'a', timestamp: 4 },
      { value: 'b', timestamp: 9 },
    ];
    const producer = { ...options, producerId: 7, producerEpoch: 1, baseSequence: 40, transactional: true };
    const [bytes] = encodeBatches(input, { ...producer, compression });
    expect(batchOf(bytes)).toMatchObject({
      compression,
      baseOffset: options.baseOffset,
      leaderEpoch: 3,
      baseTimestamp: 4,
      maxTimestamp: 9,
      producerId: 7,
      producerEpoch: 1,
      baseSequence: 40,
      isTransactional: true,
      isControl: false,
      recordCount: 2,
    });
  });
});

test('sequences go on from batch to batch, and at 0 after the largest', () => {
  const input = Array.from({ length: 6 }, () => ({ value: 'x' }));
  const producer = { producerId: 1, producerEpoch: 0, baseSequence: 0x7fff_fffd };
  const batches = encodeBatches(input, { ...options, ...producer, compression: 'none', batchBytesMax: 61 + 2 * 8 });
  expect(batches.map((bytes) => batchOf(bytes).baseSequence)).toEqual([0x7fff_fffd, 0x7fff_ffff, 1]);
  const plainBatches = encodeBatches(input, { ...options, compression: 'none', batchBytesMax: 61 + 2 * 8 });
  expect(plainBatches.map((bytes) => batchOf(bytes).baseSequence)).toEqual([-1, -1, -1]);
});

test('a batch that compression makes larger than the bound stays uncompressed', () => {
  const value = Buffer.alloc(300).map((_, i) => (i * 7919) ^ ((i >> 3) * 31));
  const [whole] = encodeBatches([{ value }], { ...options, compression: 'none' });
  const [bytes] = encodeBatches([{ value }], { ...options, compression: 'lz4', batchBytesMax: whole.length });
  expect(Buffer.from(bytes)).toEqual(Buffer.from(whole));
});

test('no records, no batches; a record beyond the bound, an error; batches do not share memory', () => {
  expect(encodeBatches([], { ...options, compression: 'none' })).toEqual([]);
  expect(
    codeOf(() =>
      encodeBatches([{ value: Buffer.alloc(200) }], { ...options, compression: 'gzip', batchBytesMax: 200 }),
    ),
  ).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(codeOf(() => encodeBatches([], { ...options, compression: 'lz4', level: 3 }))).toBe(
    'ERR_MILLRACE_INVALID_ARGUMENT',
  );
  const [one, two] = encodeBatches([{ value: 'a' }, { value: 'b' }], {
    ...options,
    compression: 'none',
    batchBytesMax: 70,
  });
  expect(one.buffer).not.toBe(two.buffer);
});

test('a record larger than the first window is encoded', () => {
  const value = Buffer.alloc(900_000, 'x');
  const [bytes] = encodeBatches([{ value: 'small' }, { value }], { ...options, compression: 'none' });
  expect([...batchOf(bytes)][1].value?.equals(value)).toBe(true);
});
