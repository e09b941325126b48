import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { SCAN_CHUNK_BYTES } from '#millrace/limits.js';
import { scanSegment, type ScanOptions, type ScanResult } from '#millrace/segment/segment-scan.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, readyBatches } from '../support/temp-log.ts';

interface Scanned extends ScanResult {
  readonly seen: [position: number, baseOffset: number, size: number][];
}

function scan(content: Buffer, options: Partial<ScanOptions> = {}): Scanned {
  const system = new DiskFileSystem();
  const path = join(temporaryDirectory(), 'a.log');
  writeFileSync(path, content);
  const file = system.open(path, 'r');
  onTestFinished(() => file.close());
  const seen: Scanned['seen'] = [];
  const start = { position: 0, size: content.length, nextOffset: 0, lastOffsetMax: Infinity, epoch: -1, ...options };
  const result = scanSegment(file, start, (header, position) => seen.push([position, header.baseOffset, header.size]));
  return { ...result, seen };
}

const batch = (baseOffset: number, count = 2, padding = 0, leaderEpoch = 3): Buffer =>
  readyBatches(numbered(count, baseOffset, padding), { baseOffset, leaderEpoch, batchBytesMax: 1 << 24 });

const small = [batch(0), batch(2), batch(10)];
const content = Buffer.concat(small);
const lastPosition = content.length - small[2].length;

test('a whole log is walked to its end', () => {
  const result = scan(content);
  expect(result).toMatchObject({ end: 'end', position: content.length, nextOffset: 12, epoch: 3, batches: 3 });
  expect(result.bytesRead).toBe(content.length);
  expect(result.seen).toEqual([
    [0, 0, small[0].length],
    [small[0].length, 2, small[1].length],
    [lastPosition, 10, small[2].length],
  ]);
});

test('an empty log ends at once, and so does one that begins with zeros', () => {
  expect(scan(Buffer.alloc(0))).toMatchObject({ end: 'end', position: 0, batches: 0, nextOffset: 0 });
  expect(scan(Buffer.alloc(5000))).toMatchObject({ end: 'zeros', position: 0, batches: 0 });
});

test('a walk may begin at any batch, and read no further than it is told', () => {
  const { length } = small[0];
  expect(scan(content, { position: length, nextOffset: 2 }).seen.map(([, baseOffset]) => baseOffset)).toEqual([2, 10]);
  expect(scan(content, { size: lastPosition })).toMatchObject({ end: 'end', nextOffset: 4 });
  expect(scan(content, { size: lastPosition + 20 })).toMatchObject({ end: 'short', position: lastPosition });
});

const spoiled = (at: number, value: number, bytes = 1): Buffer => {
  const copy = Buffer.from(content);
  copy.writeUIntBE(value, lastPosition + at, bytes);
  return copy;
};

test.each([
  ['length', spoiled(8, 0x7fff_ffff, 4)],
  ['length', spoiled(8, 20, 4)],
  ['short', spoiled(8, 5000, 4)],
  ['magic', spoiled(16, 1)],
  ['checksum', spoiled(70, 0xff)],
  ['order', spoiled(4, 1, 4)],
  ['order', spoiled(12, 2, 4)],
  ['zeros', Buffer.concat([content.subarray(0, lastPosition), Buffer.alloc(3000)])],
  ['short', content.subarray(0, content.length - 1)],
] as const)('a last batch that is wrong ends the walk before it: %s', (end, bytes) => {
  expect(scan(bytes)).toMatchObject({ end, position: lastPosition, nextOffset: 4, batches: 2 });
});

test('batches across the border of the buffer, and larger than it, are walked', () => {
  const batches: Buffer[] = [];
  let baseOffset = 0;
  for (const [count, padding] of [
    [50, 1000],
    [200, 1000],
    [700, 1000],
    [1, 10],
    [3000, 1000],
    [1, 10],
  ]) {
    batches.push(batch(baseOffset, count, padding));
    baseOffset += count;
  }
  const bytes = Buffer.concat(batches);
  expect(bytes.length).toBeGreaterThan(10 * SCAN_CHUNK_BYTES);
  const result = scan(bytes);
  expect(result).toMatchObject({ end: 'end', position: bytes.length, batches: 6, nextOffset: baseOffset });
  expect(result.seen.map(([, , size]) => size)).toEqual(batches.map((each) => each.length));
  expect(scan(bytes.subarray(0, bytes.length - batches[5].length - 5))).toMatchObject({ end: 'short', batches: 4 });
});

test('a base offset whose leading zeros end the buffer is no unwritten space', () => {
  for (let over = 0; over <= 64; over++) {
    // The second batch begins so many bytes before the end of the first buffer.
    const wanted = SCAN_CHUNK_BYTES - over;
    const probe = batch(0, 1, 200_000).length - 200_000;
    const first = batch(0, 1, wanted - probe);
    expect(first.length).toBe(wanted);
    const bytes = Buffer.concat([first, batch(1), Buffer.alloc(SCAN_CHUNK_BYTES)]);
    const result = scan(bytes);
    expect([over, result.end, result.batches]).toEqual([over, 'zeros', 2]);
  }
});

test('more batches than one call of the scanner takes are all visited', () => {
  const bytes = Buffer.concat(Array.from({ length: 20_000 }, (_, i) => batch(i, 1)));
  const result = scan(bytes);
  expect(result).toMatchObject({ end: 'end', batches: 20_000, nextOffset: 20_000 });
  expect(result.seen.every(([, baseOffset], i) => baseOffset === i)).toBe(true);
});

test('a file that became shorter meanwhile ends where its bytes end', () => {
  expect(scan(content, { size: content.length + 10_000 })).toMatchObject({ end: 'end', nextOffset: 12 });
  expect(scan(content.subarray(0, content.length - 3), { size: content.length })).toMatchObject({
    end: 'short',
    batches: 2,
  });
});
