import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { RecordCursor } from '#millrace/record/record-cursor.js';
import type { RecordSource } from '#millrace/record/record-source.js';
import { batchOf, bytesOf, check, codeOf, options, plain, records } from './random.ts';

const HEADER_SIZE = 61;

function sourceOf(dump: string, overrides: Partial<RecordSource> = {}): RecordSource {
  const bytes = bytesOf(dump);
  return {
    bytes,
    buffer: bytes.buffer,
    byteOffset: bytes.byteOffset,
    start: 0,
    end: bytes.length,
    recordCount: 1,
    lastOffsetDelta: 9,
    baseOffset: 100,
    baseTimestamp: 1000,
    appendTime: Number.NaN,
    startOffset: 0,
    place: { position: 77 },
    ...overrides,
  };
}

/** Walks to the end; returns what was seen. */
function walk(cursor: RecordCursor): unknown[] {
  const seen: unknown[] = [];
  while (cursor.next())
    seen.push([cursor.offset, cursor.timestamp, cursor.keySize, cursor.valueSize, cursor.headers.length]);
  return seen;
}

describe('a cursor', () => {
  test('shows of any batch what its records show', () => {
    check(
      fc.property(records, (input) => {
        const [bytes] = encodeBatches(input, { ...options, compression: 'none' });
        const cursor = batchOf(bytes).cursor();
        const seen = [];
        while (cursor.next()) {
          const { offset, timestamp, key, value, headers } = cursor;
          expect([cursor.keySize, cursor.valueSize]).toEqual([key?.length ?? -1, value?.length ?? -1]);
          seen.push({ offset, timestamp, key, value, headers });
        }
        expect(plain(seen)).toEqual(plain(batchOf(bytes)));
        expect(seen).toHaveLength(input.length);
        expect(cursor.next()).toBe(false);
      }),
    );
  });

  test.each(['none', 'gzip'] as const)('shows the bytes that its positions are in, compressed by %s', (compression) => {
    const [bytes] = encodeBatches([{ key: 'ab', value: 'cde' }, { value: 'f' }], { ...options, compression });
    const cursor = batchOf(bytes).cursor();
    const at = (position: number, size: number): string =>
      Buffer.from(cursor.bytes.subarray(position, position + size)).toString();
    cursor.next();
    expect([at(cursor.keyPosition, cursor.keySize), at(cursor.valuePosition, cursor.valueSize)]).toEqual(['ab', 'cde']);
    cursor.next();
    expect([cursor.keySize, at(cursor.valuePosition, cursor.valueSize)]).toEqual([-1, 'f']);
  });

  test('passes over what lies below the start offset', () => {
    const input = Array.from({ length: 100 }, (_, i) => ({ value: String(i) }));
    const [bytes] = encodeBatches(input, { ...options, compression: 'none' });
    for (const skipped of [0, 1, 50, 99, 100]) {
      const found = plain(batchOf(bytes, options.baseOffset + skipped));
      expect(found.map(({ offset }) => offset)).toEqual(
        input.slice(skipped).map((_, i) => options.baseOffset + skipped + i),
      );
    }
  });

  test.each([0, 1, 63, 64, 8191, 8192])('%d headers, which an empty record and a long one follow', (count) => {
    const headers = Array.from(
      { length: count },
      (_, i) => [`h${i}`, i % 2 === 0 ? null : ''] as [string, string | null],
    );
    const long = 'x'.repeat(8192);
    const [bytes] = encodeBatches([{ headers }, {}, { key: long, value: long, headers }], {
      ...options,
      compression: 'none',
    });
    const found = [...batchOf(bytes)];
    expect(found.map(({ keySize, valueSize }) => [keySize, valueSize])).toEqual([
      [-1, -1],
      [-1, -1],
      [8192, 8192],
    ]);
    const expected = headers.map(([key, value]) => ({ key, value: value === null ? null : Buffer.alloc(0) }));
    expect(found.map((record) => record.headers)).toEqual([expected, [], expected]);
  });

  test('padded numbers, wide numbers and negative lengths are read as Kafka reads them', () => {
    // Length 12 in two bytes, timestamp delta 1 in two, offset delta 3 in three, key length -3, empty value in two, no headers.
    const padded = '96 00 | 00 | 82 00 | 86 80 00 | 05 | 80 00 | 80 00';
    expect(walk(new RecordCursor(sourceOf(padded)))).toEqual([[103, 1001, -1, 0, 0]]);
    // A timestamp delta of 1 in ten bytes.
    const wide = '1e | 00 | 82 80 80 80 80 80 80 80 80 00 | 00 | 01 | 01 | 00';
    expect(walk(new RecordCursor(sourceOf(wide)))).toEqual([[100, 1001, -1, -1, 0]]);
  });
});

describe('records that are malformed', () => {
  const good = '10 | 00 | 00 | 00 | 02 6b | 02 76 | 00';

  test('the good one is good', () => {
    expect(walk(new RecordCursor(sourceOf(good)))).toEqual([[100, 1000, 1, 1, 0]]);
  });

  test.each([
    ['a length beyond the batch', '12 | 00 | 00 | 00 | 02 6b | 02 76 | 00'],
    ['a length below the least', '0a | 00 00 00 01 01 00'],
    ['a negative length', '11 | 00 | 00 | 00 | 02 6b | 02 76 | 00'],
    ['a huge length', 'fe ff ff ff 0f | 00 | 00 | 00 | 02 6b | 02 76 | 00'],
    ['an overlong length', 'ff ff ff ff ff | 00 | 00 | 00 | 02 6b | 02 76 | 00'],
    ['a key beyond the record', '10 | 00 | 00 | 00 | 7e 6b | 02 76 | 00'],
    ['a value beyond the record', '10 | 00 | 00 | 00 | 02 6b | 7e 76 | 00'],
    ['a negative count of headers', '10 | 00 | 00 | 00 | 02 6b | 02 76 | 01'],
    ['more headers than bytes for them', '18 | 00 | 00 | 00 | 02 6b | 02 76 | 06 | 00 00 00 00'],
    ['headers without bytes', '10 | 00 | 00 | 00 | 02 6b | 02 76 | 02'],
    ['bytes after the headers', '12 | 00 | 00 | 00 | 02 6b | 02 76 | 00 | 00'],
    ['a negative offset delta', '10 | 00 | 00 | 01 | 02 6b | 02 76 | 00'],
    ['an offset delta beyond the last', '10 | 00 | 00 | 14 | 02 6b | 02 76 | 00'],
    ['bytes after the last record', `${good} | 00`],
    ['nothing', ''],
  ])('%s', (_, dump) => {
    const cursor = new RecordCursor(sourceOf(dump));
    expect(() => walk(cursor)).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_CORRUPT',
        position: 77,
        message: expect.stringMatching(/batch at offset 100, position 77, is malformed/),
      }),
    );
    // The walk is over.
    expect(cursor.next()).toBe(false);
  });

  test.each([
    ['a count above the records', { recordCount: 2 }],
    ['a huge count', { recordCount: 0x7fff_ffff, lastOffsetDelta: 0x7fff_ffff }],
    ['a count below the records', { recordCount: 0 }],
  ])('%s', (_, overrides) => {
    expect(codeOf(() => walk(new RecordCursor(sourceOf(good, overrides))))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('offsets must rise', () => {
    expect(codeOf(() => walk(new RecordCursor(sourceOf(`${good} ${good}`, { recordCount: 2 }))))).toBe(
      'ERR_MILLRACE_CORRUPT',
    );
  });

  test('whatever byte is changed, a walk ends, stays inside the batch, and throws nothing but corruption', () => {
    const input = [
      { value: 'abc' },
      { key: 'k', value: 'v', headers: { h: 'x', i: null } },
      { value: Buffer.alloc(70) },
    ];
    const [bytes] = encodeBatches(input, { ...options, compression: 'none' });
    let refused = 0;
    for (let position = HEADER_SIZE; position < bytes.length; position++) {
      for (const value of [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, bytes[position] ^ 1, bytes[position] + 2]) {
        const changed = Buffer.from(bytes);
        changed[position] = value;
        const outcome = codeOf(() => plain(batchOf(changed)).length);
        if (outcome === 'ERR_MILLRACE_CORRUPT') refused++;
        else expect(outcome).toBe(3);
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
