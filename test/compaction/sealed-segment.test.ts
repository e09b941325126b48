import { expect, test } from 'vitest';
import { malformedRecords, recordBytes, walkSealed } from '#millrace/compaction/sealed-segment.js';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { ScanMemory } from '#millrace/segment/segment-scan.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { numbered, readyBatches } from '../support/temp-log.ts';

const DIRECTORY = '/t-0';

function segmentOf(bytes: Uint8Array): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DIRECTORY);
  const file = system.open(`${DIRECTORY}/00000000000000000007.log`, 'w+');
  file.write(bytes, 0, bytes.length, 0);
  file.close();
  return system;
}

function walk(bytes: Uint8Array, endOffset = 100, size = bytes.length): number[] {
  const system = segmentOf(bytes);
  const offsets: number[] = [];
  try {
    walkSealed(system, DIRECTORY, { baseOffset: 7, size, endOffset }, new ScanMemory(), (header, window) => {
      expect(header.position + header.size).toBeLessThanOrEqual(window.bytes.length);
      offsets.push(header.baseOffset);
      return offsets.length < 3;
    });
  } finally {
    expect(system.openFiles).toBe(0);
  }
  return offsets;
}

const batches = (...bases: number[]): Buffer =>
  Buffer.concat(bases.map((baseOffset) => readyBatches(numbered(2), { baseOffset })));

test('each batch is shown, until the visitor has enough', () => {
  expect(walk(batches(7, 9))).toEqual([7, 9]);
  expect(walk(batches(7, 9, 11, 13))).toEqual([7, 9, 11]);
  expect(walk(Buffer.alloc(0))).toEqual([]);
});

test('what is not whole is refused with its place', () => {
  const corrupt = (position: number): unknown =>
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path: `${DIRECTORY}/00000000000000000007.log`, position });
  const whole = batches(7, 9);
  const half = whole.length / 2;
  expect(() => walk(whole.subarray(0, -1))).toThrow(corrupt(half));
  expect(() => walk(Buffer.concat([whole, Buffer.alloc(100)]))).toThrow(corrupt(whole.length));
  const flipped = Buffer.from(whole);
  flipped[half + 70] ^= 1;
  expect(() => walk(flipped)).toThrow(corrupt(half));
  // Offsets that belong to another segment, before and behind.
  expect(() => walk(batches(5))).toThrow(corrupt(0));
  expect(() => walk(whole, 10)).toThrow(corrupt(half));
});

test('records are inflated where they are compressed', () => {
  for (const compression of ['none', 'gzip', 'lz4'] as const) {
    const bytes = readyBatches(numbered(50), { compression });
    const { bytes: records, start, end } = recordBytes(new BatchHeader(byteWindow(bytes), 0), byteWindow(bytes));
    const plain = readyBatches(numbered(50)).subarray(61);
    expect(Buffer.compare(records.subarray(start, end), plain)).toBe(0);
  }
});

test('malformed records are told with the batch', () => {
  const header = new BatchHeader(byteWindow(readyBatches(numbered(1), { baseOffset: 42 })), 0);
  expect(malformedRecords(header, '/data/t-0')).toMatchObject({ code: 'ERR_MILLRACE_CORRUPT', path: '/data/t-0' });
  expect(malformedRecords(header, '/data/t-0').message).toContain('42');
});
