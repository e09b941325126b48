import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchBuilder, publishBatch } from '#millrace/record/batch-builder.js';
import { BATCH_LENGTH } from '#millrace/record/batch-format.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import type { RecordInput } from '#millrace/types.js';
import { bytesOf, check, codeOf, emptyWindow, expected, options, plain, records } from './random.ts';

const HEADER_SIZE = 61;

/** Two records by hand; the CRC-32C is that of a bit-by-bit implementation over what follows it. */
const golden = bytesOf(`
  00 00 00 00 00 00 00 05 | 00 00 00 45 | 00 00 00 07 | 02 | 39 17 b3 45 | 00 00 | 00 00 00 01
  00 00 00 00 00 00 03 e8 | 00 00 00 00 00 00 03 e9 | ff ff ff ff ff ff ff ff | ff ff | ff ff ff ff | 00 00 00 02
  10 | 00 | 00 | 00 | 02 6b | 02 76 | 00
  14 | 00 | 02 | 02 | 01 | 01 | 02 | 02 68 | 02 78`);

const goldenRecords: RecordInput[] = [
  { key: 'k', value: Buffer.from('v') },
  { timestamp: 1001, headers: { h: 'x' } },
];
const goldenOptions = { ...options, baseOffset: 5, leaderEpoch: 7, timestamp: 1000 };

describe('the golden batch', () => {
  test('comes out byte for byte, and is no batch before it is published', () => {
    const window = emptyWindow(golden.length + 20);
    const builder = new BatchBuilder();
    builder.begin(window, 10, window.bytes.length, goldenOptions);
    expect(builder.append(goldenRecords, 0)).toBe(2);
    expect(builder.stop).toBe('none');
    expect(builder.finish()).toBe(golden.length);
    expect(window.view.getInt32(10 + BATCH_LENGTH)).toBe(0);
    publishBatch(window.view, 10, builder.size);
    expect(window.bytes.subarray(10, 10 + golden.length)).toEqual(golden);
    expect(window.bytes.subarray(0, 10)).toEqual(Buffer.alloc(10));
    expect(window.bytes.subarray(10 + golden.length)).toEqual(Buffer.alloc(10));
    expect(builder).toMatchObject({ position: 10, size: golden.length, count: 2, lastOffset: 6, maxTimestamp: 1001 });
  });

  test('under LogAppendTime the flag is set and the largest timestamp is the time of the append', () => {
    const window = emptyWindow(200);
    const builder = new BatchBuilder();
    builder.begin(window, 0, 200, { ...goldenOptions, timestampType: 'LogAppendTime' });
    builder.append(goldenRecords, 0);
    publishBatch(window.view, 0, builder.finish());
    const batch = new RecordBatch(window, 0);
    expect(batch.attributes).toBe(0x08);
    expect(batch.maxTimestamp).toBe(1000);
    expect(builder.maxTimestamp).toBe(1000);
    expect(plain(batch).map(({ timestamp }) => timestamp)).toEqual([1000, 1000]);
  });

  test('producer fields and flags are written', () => {
    const window = emptyWindow(200);
    const builder = new BatchBuilder();
    const producer = {
      producerId: 2 ** 40,
      producerEpoch: 32_767,
      baseSequence: 12,
      transactional: true,
      control: true,
    };
    builder.begin(window, 0, 200, { ...goldenOptions, ...producer });
    builder.append(goldenRecords, 0);
    publishBatch(window.view, 0, builder.finish());
    const { producerId, producerEpoch, baseSequence, isTransactional, isControl } = new RecordBatch(window, 0);
    expect({ producerId, producerEpoch, baseSequence, transactional: isTransactional, control: isControl }).toEqual(
      producer,
    );
  });
});

describe('append', () => {
  test('any records come back as they went in, in one or several windows and batches', () => {
    check(
      fc.property(records, fc.integer({ min: 0, max: 7 }), (input, shift) => {
        let window = emptyWindow(100);
        const builder = new BatchBuilder();
        let position = shift;
        builder.begin(window, position, window.bytes.length, options);
        let next = builder.append(input, 0);
        while (next < input.length) {
          expect(builder.stop).toBe('window');
          expect(builder.needed).toBeGreaterThan(window.bytes.length - position);
          // The tail moves: another window, another position, with just the room that was asked for.
          const larger = emptyWindow(builder.needed + 3);
          larger.bytes.set(window.bytes.subarray(position, position + builder.size), 3);
          window = larger;
          position = 3;
          builder.rebase(window, position, window.bytes.length);
          const before = next;
          next = builder.append(input, next);
          expect(next).toBeGreaterThan(before);
        }
        publishBatch(window.view, position, builder.finish());
        const batch = new RecordBatch(window, position);
        expect(batch.isValid()).toBe(true);
        expect(plain(batch)).toEqual(input.map((record, index) => expected(record, index)));
        expect(batch.lastOffset).toBe(builder.lastOffset);
        expect(batch.maxTimestamp).toBe(Math.max(...plain(batch).map(({ timestamp }) => timestamp)));
      }),
    );
  });

  test.each([
    ['values', { value: Buffer.alloc(100) }],
    ['keys and strings', { key: 'key', value: 'x'.repeat(100) }],
  ])('stops at the end of the window without a byte beyond it: %s', (_, record) => {
    const input = Array<RecordInput>(50).fill(record);
    for (let end = 0; end < 400; end++) {
      const window = emptyWindow(end + 300);
      const builder = new BatchBuilder();
      builder.begin(window, 0, end, options);
      const next = builder.append(input, 0);
      expect(next).toBeLessThan(4);
      expect(builder.stop).toBe('window');
      expect(builder.size).toBeLessThanOrEqual(Math.max(HEADER_SIZE, end));
      expect(builder.needed).toBeGreaterThan(end);
      expect(window.bytes.subarray(end).every((byte) => byte === 0)).toBe(true);
    }
  });

  test('fills a batch to its bound and no further', () => {
    const input = Array.from({ length: 10 }, () => ({ value: Buffer.alloc(10) }));
    const builder = new BatchBuilder();
    const window = emptyWindow(1000);
    // Each record is 1 + 6 + 10 bytes.
    const batchBytesMax = HEADER_SIZE + 3 * 17;
    builder.begin(window, 0, 1000, { ...options, batchBytesMax });
    expect(builder.append(input, 0)).toBe(3);
    expect(builder).toMatchObject({ stop: 'batch', needed: batchBytesMax + 17, size: batchBytesMax, count: 3 });
    builder.begin(window, 200, 1000, { ...options, batchBytesMax: batchBytesMax - 1 });
    expect(builder.append(input, 3)).toBe(5);
  });

  test('begins at any index and does nothing at the end', () => {
    const builder = new BatchBuilder();
    builder.begin(emptyWindow(200), 0, 200, options);
    expect(builder.append(goldenRecords, 2)).toBe(2);
    expect(builder.count).toBe(0);
    expect(builder.append([], 0)).toBe(0);
    expect(builder.append(goldenRecords, 1)).toBe(2);
    expect(builder.count).toBe(1);
  });

  test('two appends of one batch go on with offsets and deltas', () => {
    const window = emptyWindow(golden.length);
    const builder = new BatchBuilder();
    builder.begin(window, 0, golden.length, goldenOptions);
    builder.append(goldenRecords.slice(0, 1), 0);
    builder.append(goldenRecords.slice(1), 0);
    publishBatch(window.view, 0, builder.finish());
    expect(window.bytes).toEqual(golden);
  });
});

describe('records that no batch can hold', () => {
  test.each([
    ['a value', { value: Buffer.alloc(100) }],
    ['a string', { value: 'x'.repeat(100) }],
    ['a key', { key: Buffer.alloc(99), headers: {} }],
  ])('%s is refused with its index and size, whether it comes first or later', (_, large) => {
    for (const input of [[large], [{ value: Buffer.alloc(1) }, large]]) {
      const builder = new BatchBuilder();
      builder.begin(emptyWindow(300), 0, 300, { ...options, batchBytesMax: 160 });
      expect(() => builder.append(input, 0)).toThrow(
        expect.objectContaining({
          code: 'ERR_MILLRACE_TOO_LARGE',
          message: expect.stringMatching(
            new RegExp(`^records\\[${input.length - 1}\\] needs a batch of 1\\d\\d bytes, more than the 160`),
          ),
        }),
      );
    }
  });

  test('the bound is exact', () => {
    const builder = new BatchBuilder();
    for (const [batchBytesMax, outcome] of [
      [HEADER_SIZE + 17, 1],
      [HEADER_SIZE + 16, 'ERR_MILLRACE_TOO_LARGE'],
    ] as const) {
      builder.begin(emptyWindow(300), 0, 300, { ...options, batchBytesMax });
      expect(codeOf(() => builder.append([{ value: Buffer.alloc(10) }], 0))).toBe(outcome);
    }
  });
});

describe('arguments that are no records', () => {
  test.each([
    [null, /^records\[1\] must be an object/],
    [undefined, /^records\[1\] must be an object/],
    ['text', /^records\[1\] must be an object.*"text"/],
    [{ value: 5 }, /^records\[1\]\.value must be .* got 5$/],
    [{ key: {}, value: Buffer.alloc(1) }, /^records\[1\]\.key must be /],
    [{ value: new Uint16Array(3) }, /^records\[1\]\.value must be /],
    [{ value: Buffer.alloc(1), headers: null }, /^records\[1\]\.headers must be /],
    [{ value: Buffer.alloc(1), headers: [['a', 1]] }, /^records\[1\]\.headers/],
    [{ value: Buffer.alloc(1), timestamp: -2 }, /^records\[1\]\.timestamp must be .* got -2$/],
    [{ value: Buffer.alloc(1), timestamp: 1.5 }, /^records\[1\]\.timestamp/],
    [{ value: Buffer.alloc(1), timestamp: Number.NaN }, /^records\[1\]\.timestamp/],
    [{ value: Buffer.alloc(1), timestamp: 2 ** 53 }, /^records\[1\]\.timestamp/],
    [{ value: Buffer.alloc(1), timestamp: '5' }, /^records\[1\]\.timestamp/],
    [{ value: Buffer.alloc(1), timestamp: null }, /^records\[1\]\.timestamp/],
    [{ value: 'v', timestamp: 5n }, /^records\[1\]\.timestamp/],
  ])('%o', (bad, message) => {
    const builder = new BatchBuilder();
    builder.begin(emptyWindow(300), 0, 300, options);
    expect(() => builder.append([{ value: Buffer.alloc(1) }, bad as RecordInput], 0)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    );
  });

  test('a batch without records cannot be finished', () => {
    const builder = new BatchBuilder();
    builder.begin(emptyWindow(300), 0, 300, options);
    expect(() => builder.finish()).toThrow(/without records/);
  });
});
