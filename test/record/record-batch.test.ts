import { describe, expect, test } from 'vitest';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import { batchOf, codecs, codeOf, expected, options, plain } from './random.ts';

const input = [
  { key: 'a', value: 'first' },
  { value: Buffer.from('second'), headers: { h: 'x' } },
];
const [bytes] = encodeBatches(input, { ...options, compression: 'none' });

/** The bytes that the checksum does not cover: base offset, length, leader epoch, magic. */
const UNCHECKED = 17;

describe('a batch', () => {
  test.each(codecs)('%s: stands anywhere in a window', (compression) => {
    const [packed] = encodeBatches(input, { ...options, compression });
    const window = byteWindow(Buffer.concat([Buffer.alloc(7), packed, Buffer.alloc(9, 0xff)]));
    const batch = new RecordBatch(window, 7);
    expect(batch.isValid()).toBe(true);
    expect(batch.compression).toBe(compression);
    expect(batch.bytes).toEqual(Buffer.from(packed));
    expect(plain(batch)).toEqual(input.map((record, index) => expected(record, index)));
    // Twice, since a compressed batch keeps what it inflated.
    expect(plain(batch)).toHaveLength(2);
  });

  test('every flipped bit is caught by the checksum, or changes only a field that it does not cover', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >>> 3] ^= 1 << (bit & 7);
      const position = bit >>> 3;
      const outcome = codeOf(() => batchOf(changed).isValid());
      if (position >= UNCHECKED)
        expect(outcome).toSatisfy((found) => found === false || found === 'ERR_MILLRACE_CORRUPT');
      else if (position === 16) expect(outcome).toMatch(/ERR_MILLRACE_(CORRUPT|UNSUPPORTED)/);
      else if (position >= 8 && position < 12)
        expect(outcome).toSatisfy((found) => found === false || found === 'ERR_MILLRACE_CORRUPT');
      else expect(outcome).toBe(true);
    }
  });

  test('a wrong checksum is named by ensureValid', () => {
    const changed = Buffer.from(bytes);
    changed[changed.length - 1] ^= 1;
    expect(() => batchOf(changed).ensureValid()).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_CORRUPT',
        message: expect.stringContaining(`${batchOf(bytes).checksum}`),
      }),
    );
    expect(() => batchOf(bytes).ensureValid()).not.toThrow();
  });

  test('cut short anywhere, it is refused', () => {
    for (let size = 0; size < bytes.length; size++) {
      expect(codeOf(() => batchOf(bytes.slice(0, size)))).toBe('ERR_MILLRACE_CORRUPT');
    }
  });

  test.each(codecs)('%s: with a length that lies, nothing but corruption comes out', (compression) => {
    const [packed] = encodeBatches(input, { ...options, compression });
    for (const size of [-100, 0, 60, 61, 62, packed.length - 1]) {
      const changed = Buffer.from(packed);
      changed.writeInt32BE(size - 12, 8);
      expect(codeOf(() => plain(batchOf(changed)))).toBe('ERR_MILLRACE_CORRUPT');
    }
  });

  test.each([
    ['a negative count', 57, -1],
    ['a count above the offsets', 57, 3],
    ['a negative last offset delta', 23, -1],
  ])('%s is refused at once', (_, position, value) => {
    const changed = Buffer.from(bytes);
    changed.writeInt32BE(value, position);
    expect(codeOf(() => batchOf(changed))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('a batch that compaction emptied has no records, whatever its codec says', () => {
    const emptied = Buffer.from(bytes.slice(0, 61));
    emptied.writeInt32BE(61 - 12, 8);
    emptied.writeInt32BE(0, 57);
    emptied.writeInt16BE(3, 21);
    expect([...batchOf(emptied)]).toEqual([]);
    expect(batchOf(emptied).lastOffset).toBe(options.baseOffset + 1);
  });

  test.each(codecs.filter((codec) => codec !== 'none'))('%s: inflates to its bound and not beyond', (compression) => {
    const large = [{ value: Buffer.alloc(100_000) }];
    const [packed] = encodeBatches(large, { ...options, compression });
    const inflatedSize = batchOf(packed).inflatedRecords.length;
    expect(plain(batchOf(packed, 0, inflatedSize))).toHaveLength(1);
    expect(codeOf(() => batchOf(packed, 0, inflatedSize - 1).cursor())).toBe('ERR_MILLRACE_TOO_LARGE');
  });
});
