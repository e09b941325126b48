import { describe, expect, test } from 'vitest';
import { readHeaders } from '#millrace/record/record-headers.js';
import type { RecordSource } from '#millrace/record/record-source.js';
import { bytesOf, codeOf } from './random.ts';

function sourceOf(bytes: Buffer): RecordSource {
  return {
    bytes,
    buffer: bytes.buffer,
    byteOffset: bytes.byteOffset,
    baseOffset: 40,
    place: { position: 9 },
  } as Partial<RecordSource> as RecordSource;
}

const read = (dump: string): ReturnType<typeof readHeaders> => {
  const bytes = bytesOf(dump);
  return readHeaders(sourceOf(bytes), 0, bytes.length);
};

describe('headers as they are read', () => {
  test('names and values, null, empty, repeated', () => {
    expect(read('08 | 02 61 01 | 02 61 00 | 04 c3 a9 04 01 02 | 00 02 ff')).toEqual([
      { key: 'a', value: null },
      { key: 'a', value: Buffer.alloc(0) },
      { key: 'é', value: Buffer.from([1, 2]) },
      { key: '', value: Buffer.from([0xff]) },
    ]);
  });

  test('none', () => {
    expect(read('00')).toEqual([]);
    expect(Object.isFrozen(read('00'))).toBe(true);
  });

  test.each([
    ['a count beyond the bytes', '06 | 02 61 01'],
    ['a huge count', 'fe ff ff ff 0f | 02 61 01'],
    ['a negative count', '01 00'],
    ['bytes after the last', '02 | 02 61 01 | 00'],
    ['bytes after none', '00 00'],
    ['a negative name', '02 | 01 61 01'],
    ['a name beyond the end', '02 | 7e 61 01'],
    ['a value beyond the end', '02 | 02 61 7e 01'],
    ['no bytes', ''],
  ])('%s is corruption', (_, dump) => {
    expect(codeOf(() => read(dump))).toBe('ERR_MILLRACE_CORRUPT');
  });
});
