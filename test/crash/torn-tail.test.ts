/** A log that was cut at any byte, or in which any bit of its last batch turned, comes back as its longest valid beginning, and goes on. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LogRecoveryReport } from '#millrace/log/log-recovery.js';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import type { CompressionName } from '#millrace/types.js';
import { LogHarness } from '../property/log-harness.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random, seedsOf } from '../support/random.ts';

const DIRECTORY = '/data/t-0';
const LOG = join(DIRECTORY, '00000000000000000000.log');
const settings = { ...DEFAULT_LOG_SETTINGS, segmentBytes: 64 * 1024, indexIntervalBytes: 500 };

function newHarness(): LogHarness {
  const system = new MemoryFileSystem({ fileBytesMax: 64 * 1024 });
  return new LogHarness(system, { directory: DIRECTORY, settings, step: 8192 });
}

/** Forty batches, one codec after another, as a log writes them; the last one is not compressed. */
function makeLog(): Buffer {
  const harness = newHarness();
  harness.open();
  const codecs: CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'none'];
  for (let i = 0; i < 40; i++) {
    const records = Array.from({ length: 1 + (i % 3) }, (_, j) => ({
      key: `k${i}`,
      value: `record ${i}.${j} `.repeat(2),
    }));
    harness.log.append(records, { compression: codecs[i % codecs.length] });
  }
  return Buffer.from(harness.log.read(0).bytes);
}

interface BatchPlace {
  readonly end: number;
  readonly nextOffset: number;
}

/** Where each batch ends. The first entry is the empty beginning. */
function placesOf(log: Buffer): BatchPlace[] {
  const window = byteWindow(log);
  const places: BatchPlace[] = [{ end: 0, nextOffset: 0 }];
  for (let position = 0; position < log.length;) {
    const header = new BatchHeader(window, position);
    position += header.size;
    places.push({ end: position, nextOffset: header.nextOffset });
  }
  return places;
}

const log = makeLog();
const places = placesOf(log);
const last = places[places.length - 2];

/** Recovers a directory with these bytes as its log; then the log must take a record and give it back. */
function recovered(bytes: Buffer): { report: LogRecoveryReport; size: number } {
  const harness = newHarness();
  const file = harness.system.open(LOG, 'w+');
  file.write(bytes, 0, bytes.length, 0);
  file.close();
  const report = harness.recover(harness.system);
  const { size } = harness.log;
  expect(harness.log.read(0, { maxBytes: 1 << 20 }).bytes.equals(bytes.subarray(0, size))).toBe(true);
  const { baseOffset } = harness.log.append([{ value: 'next' }]);
  const [batch] = harness.log.read(baseOffset);
  if (baseOffset !== report.endOffset || String([...batch][0].value) !== 'next')
    throw new Error(`append after ${size} bytes`);
  return { report, size };
}

test('the log has forty batches', () => {
  expect(places.length).toBe(41);
});

test('cut anywhere, the whole batches before the cut are there', { timeout: 60_000 }, () => {
  // At every byte of the last batches, one of each codec; of the others at each seventh one, which meets all places of a header.
  const all = places[places.length - 7].end;
  for (let length = 0; length <= log.length; length += length < all ? 7 : 1) {
    const { report, size } = recovered(log.subarray(0, length));
    const expected = places.findLast((place) => place.end <= length)!;
    if (report.endOffset !== expected.nextOffset || size !== expected.end) {
      throw new Error(
        `cut at ${length}: ${size} bytes up to offset ${report.endOffset}, expected ${JSON.stringify(expected)}`,
      );
    }
    // Zeros at the end are bytes that were reserved and not written, which is no damage; a base offset begins with some.
    const torn = log.subarray(expected.end, length).some((byte) => byte !== 0);
    if ((report.damage !== null) !== torn) throw new Error(`cut at ${length}: ${JSON.stringify(report)}`);
  }
});

describe('one bit turned', { timeout: 60_000 }, () => {
  /** Bytes of the last batch that its checksum covers, or that are the checksum; before them stand base offset, length, epoch and magic. */
  const EPOCH = 12;
  const MAGIC = 16;

  test('in what the checksum of the last batch covers, its length or its magic: that batch is gone and reported', () => {
    for (let bit = 8 * 8; bit < (log.length - last.end) * 8; bit++) {
      const byte = bit >> 3;
      if (byte >= EPOCH && byte < MAGIC) continue;
      const bytes = Buffer.from(log);
      bytes[last.end + byte] ^= 1 << (bit & 7);
      const { report, size } = recovered(bytes);
      if (size !== last.end || report.endOffset !== last.nextOffset || report.damage?.position !== last.end) {
        throw new Error(`bit ${bit & 7} of byte ${byte}: ${JSON.stringify(report)}`);
      }
    }
  });

  test('in the base offset or epoch of the last batch, which no checksum covers: the batches before it are there', () => {
    let refused = 0;
    for (let bit = 0; bit < MAGIC * 8; bit++) {
      const byte = bit >> 3;
      if (byte >= 8 && byte < EPOCH) continue;
      const bytes = Buffer.from(log);
      bytes[last.end + byte] ^= 1 << (bit & 7);
      const { report, size } = recovered(bytes);
      if (size !== last.end && size !== log.length) throw new Error(`bit ${bit}: ${size} bytes`);
      expect(report.endOffset).toBeGreaterThanOrEqual(last.nextOffset);
      if (size === last.end) refused++;
    }
    // An offset that falls, one that no index of the segment can hold, a negative epoch.
    expect(refused).toBeGreaterThan(32);
  });

  test('anywhere: what is left is a beginning of the log, up to the damage', () => {
    const [seed] = seedsOf(1);
    const random = new Random(seed);
    for (let i = 0; i < 500; i++) {
      const at = random.between(0, log.length - 1);
      const bytes = Buffer.from(log);
      bytes[at] ^= 1 << random.between(0, 7);
      const { size } = recovered(bytes);
      const hit = places.findLastIndex((place) => place.end <= at);
      // A base offset that rose is in no checksum: it is found out by the batch that follows.
      const unchecked = at - places[hit].end < MAGIC;
      if (size !== places[hit].end && !(unchecked && (size === places[hit + 1].end || size === log.length)))
        throw new Error(`MILLRACE_SEED=${seed}: byte ${at}: ${size} bytes`);
    }
  });
});
