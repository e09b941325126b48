import { describe, expect, test } from 'vitest';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { patchBatch, validateBatch } from '#millrace/record/validate-batch.js';
import { native } from '#millrace/native.js';
import { batchOf, codecs, codeOf, options, plain } from './random.ts';

const input = [
  { value: 'a', timestamp: 5 },
  { value: 'b', timestamp: 6 },
];
const [bytes] = encodeBatches(input, { ...options, compression: 'none' });

/** A copy with fields changed and the checksum made anew. */
function changed(change: (copy: Buffer) => void, from: Uint8Array = bytes): Buffer {
  const copy = Buffer.from(from);
  change(copy);
  copy.writeUInt32BE(native.crc32c(copy, 21, copy.length), 17);
  return copy;
}

const validate = (from: Uint8Array, validation = {}): unknown =>
  codeOf(() => validateBatch(byteWindow(from), 0, from.length, validation));

const marker = encodeControlBatch({
  type: 'abort',
  coordinatorEpoch: 1,
  producerId: 5,
  producerEpoch: 0,
  baseOffset: 0,
  leaderEpoch: 0,
  timestamp: 9,
});

describe('validateBatch', () => {
  test.each(codecs)('%s: returns the size of a good batch, also among other bytes', (compression) => {
    const [packed] = encodeBatches(input, { ...options, compression });
    const window = byteWindow(Buffer.concat([Buffer.alloc(4), packed, Buffer.alloc(4)]));
    expect(validateBatch(window, 4, 4 + packed.length)).toBe(packed.length);
    expect(validateBatch(window, 4, window.bytes.length, { fromProducer: true })).toBe(packed.length);
  });

  test('cut short anywhere, or with any bit of the checked part flipped, it is refused', () => {
    for (let size = 0; size < bytes.length; size++) {
      expect(codeOf(() => validateBatch(byteWindow(bytes), 0, size))).toBe('ERR_MILLRACE_CORRUPT');
    }
    for (let bit = 17 * 8; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >>> 3] ^= 1 << (bit & 7);
      expect(validate(copy)).toBe('ERR_MILLRACE_CORRUPT');
    }
  });

  test.each<[string, (copy: Buffer) => void, unknown]>([
    ['magic 0', (copy) => (copy[16] = 0), 'ERR_MILLRACE_UNSUPPORTED'],
    ['magic 1', (copy) => (copy[16] = 1), 'ERR_MILLRACE_UNSUPPORTED'],
    ['magic 3', (copy) => (copy[16] = 3), 'ERR_MILLRACE_CORRUPT'],
    ['a codec that is none', (copy) => (copy[22] = 6), 'ERR_MILLRACE_CORRUPT'],
    ['a negative base offset', (copy) => (copy[0] = 0xff), 'ERR_MILLRACE_CORRUPT'],
    ['a last offset beyond 2^53', (copy) => copy.writeBigInt64BE(2n ** 53n - 1n, 0), 'ERR_MILLRACE_CORRUPT'],
    ['a negative last offset delta', (copy) => copy.writeInt32BE(-1, 23), 'ERR_MILLRACE_CORRUPT'],
    ['a negative count', (copy) => copy.writeInt32BE(-1, 57), 'ERR_MILLRACE_CORRUPT'],
    ['more records than offsets', (copy) => copy.writeInt32BE(3, 57), 'ERR_MILLRACE_CORRUPT'],
    ['a length of nothing', (copy) => copy.writeInt32BE(0, 8), 'ERR_MILLRACE_CORRUPT'],
    ['a negative length', (copy) => copy.writeInt32BE(-5, 8), 'ERR_MILLRACE_CORRUPT'],
  ])('%s', (_, change, code) => {
    expect(validate(changed(change))).toBe(code);
  });

  test('records in no bytes are refused', () => {
    const empty = changed((copy) => copy.writeInt32BE(61 - 12, 8), bytes.slice(0, 61));
    expect(validate(empty)).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('fewer records than offsets: from compaction yes, from a producer no', () => {
    const compacted = changed((copy) => copy.writeInt32BE(5, 23));
    expect(validate(compacted)).toBe(compacted.length);
    expect(validate(compacted, { fromProducer: true })).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  });

  test('a producer id needs a sequence', () => {
    const [good] = encodeBatches(input, {
      ...options,
      compression: 'none',
      producerId: 4,
      producerEpoch: 0,
      baseSequence: 0,
    });
    expect(validate(good, { fromProducer: true })).toBe(good.length);
    const bad = changed((copy) => copy.writeInt32BE(-1, 53), good);
    expect(validate(bad, { fromProducer: true })).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
    expect(validate(bad)).toBe(bad.length);
  });

  test('the bound is exact', () => {
    expect(validate(bytes, { batchBytesMax: bytes.length })).toBe(bytes.length);
    expect(validate(bytes, { batchBytesMax: bytes.length - 1 })).toBe('ERR_MILLRACE_TOO_LARGE');
  });

  test('control batches only where they are allowed', () => {
    expect(validate(marker)).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
    expect(validate(marker, { allowControl: true, fromProducer: true })).toBe(marker.length);
  });
});

describe('patchBatch', () => {
  test('base offset and leader epoch change in place, under the same checksum', () => {
    const copy = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3)]);
    const window = byteWindow(copy);
    patchBatch(window.view, 3, { baseOffset: 2 ** 40, leaderEpoch: 8 });
    expect(copy.subarray(3 + 16, -3)).toEqual(Buffer.from(bytes).subarray(16));
    const batch = batchOf(copy.subarray(3, -3));
    expect(batch).toMatchObject({ baseOffset: 2 ** 40, leaderEpoch: 8 });
    expect(batch.isValid()).toBe(true);
    expect(plain(batch).map(({ timestamp }) => timestamp)).toEqual([5, 6]);
  });

  test('a time of append makes the checksum anew', () => {
    const copy = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3)]);
    patchBatch(byteWindow(copy).view, 3, { baseOffset: 1, leaderEpoch: 2, logAppendTime: 77 });
    const batch = batchOf(copy.subarray(3, -3));
    expect(batch).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: 77, baseTimestamp: 5 });
    expect(batch.isValid()).toBe(true);
    expect(plain(batch).map(({ timestamp }) => timestamp)).toEqual([77, 77]);
  });

  test('a batch whose length is held back is measured by the size that is given', () => {
    const copy = Buffer.from(bytes);
    copy.writeInt32BE(0, 8);
    patchBatch(byteWindow(copy).view, 0, { baseOffset: 1, leaderEpoch: 2, logAppendTime: 77, size: bytes.length });
    expect(copy.readInt32BE(8)).toBe(0);
    copy.writeInt32BE(bytes.length - 12, 8);
    expect(batchOf(copy).isValid()).toBe(true);
  });
});
