import { describe, expect, test } from 'vitest';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { bytesOf, codeOf } from './random.ts';

const header = bytesOf(`
  00 00 00 01 00 00 00 02 | 00 00 00 40 | ff ff ff fe | 02 | fe dc ba 98 | 00 7c | 00 00 00 09
  00 00 01 8b cf e5 68 00 | 00 00 01 8b cf e5 68 01 | 00 1f ff ff ff ff ff ff | 7f ff | 7f ff ff ff | 00 00 00 03`);

describe('a header', () => {
  test('every field is read from its place', () => {
    const window = byteWindow(Buffer.concat([Buffer.alloc(3), header]));
    expect(new BatchHeader(window, 3)).toMatchObject({
      position: 3,
      baseOffset: 2 ** 32 + 2,
      lastOffset: 2 ** 32 + 11,
      nextOffset: 2 ** 32 + 12,
      lastOffsetDelta: 9,
      size: 76,
      leaderEpoch: -2,
      magic: 2,
      checksum: 0xfedc_ba98,
      attributes: 0x7c,
      compression: 'zstd',
      timestampType: 'LogAppendTime',
      isTransactional: true,
      isControl: true,
      hasDeleteHorizon: true,
      baseTimestamp: 1_700_000_000_000,
      maxTimestamp: 1_700_000_000_001,
      producerId: 2 ** 53 - 1,
      producerEpoch: 32_767,
      baseSequence: 0x7fff_ffff,
      recordCount: 3,
    });
  });

  test('no attribute set', () => {
    const bytes = Buffer.from(header);
    bytes.writeInt16BE(0, 21);
    expect(new BatchHeader(byteWindow(bytes), 0)).toMatchObject({
      compression: 'none',
      timestampType: 'CreateTime',
      isTransactional: false,
      isControl: false,
      hasDeleteHorizon: false,
    });
  });

  test('moves from batch to batch, and stays where it was when it cannot', () => {
    const other = Buffer.from(header);
    other.writeBigInt64BE(99n, 0);
    const window = byteWindow(Buffer.concat([header, other]));
    const walker = new BatchHeader(window, 0);
    walker.moveTo(window, header.length);
    expect(walker.baseOffset).toBe(99);
    expect(codeOf(() => walker.moveTo(window, header.length + 1))).toBe('ERR_MILLRACE_CORRUPT');
    expect(walker.baseOffset).toBe(99);
    expect(walker.position).toBe(header.length);
  });

  test.each([0, 1])('magic %d is named as an old format', (magic) => {
    const bytes = Buffer.from(header);
    bytes[16] = magic;
    expect(() => new BatchHeader(byteWindow(bytes), 0)).toThrow(
      expect.objectContaining({
        code: 'ERR_MILLRACE_UNSUPPORTED',
        message: expect.stringMatching(new RegExp(`message format v${magic} .*convert with Kafka < 4`)),
      }),
    );
  });

  test('zeros are no old format', () => {
    expect(codeOf(() => new BatchHeader(byteWindow(new ArrayBuffer(100)), 0))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test.each([3, 255])('magic %d is corruption', (magic) => {
    const bytes = Buffer.from(header);
    bytes[16] = magic;
    expect(codeOf(() => new BatchHeader(byteWindow(bytes), 0))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('no header shorter than a header, nor before the window', () => {
    for (let size = 0; size < header.length; size++) {
      expect(codeOf(() => new BatchHeader(byteWindow(Buffer.from(header.subarray(0, size))), 0))).toBe(
        'ERR_MILLRACE_CORRUPT',
      );
    }
    expect(codeOf(() => new BatchHeader(byteWindow(header), -1))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('a negative base offset and an unknown codec are corruption when they are asked for', () => {
    const bytes = Buffer.from(header);
    bytes[0] = 0x80;
    bytes[22] = 0x05;
    const bad = new BatchHeader(byteWindow(bytes), 0);
    expect(codeOf(() => bad.baseOffset)).toBe('ERR_MILLRACE_CORRUPT');
    expect(codeOf(() => bad.compression)).toBe('ERR_MILLRACE_CORRUPT');
  });
});
