import { expect, test } from 'vitest';
import { CleanedBuffer, CleanedSegment } from '#millrace/compaction/cleaned-segment.js';
import { indexesHold } from '#millrace/segment/index-check.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { numbered, readyBatches } from '../support/temp-log.ts';

const DIRECTORY = '/t-0';
const indexes = { intervalBytes: 200, bytesMax: 1 << 20 };

function segment(system: MemoryFileSystem, buffer = new CleanedBuffer()): CleanedSegment {
  if (!system.exists(DIRECTORY)) system.makeDirectory(DIRECTORY);
  return new CleanedSegment(system, DIRECTORY, { baseOffset: 3, indexes, buffer });
}

function put(cleaned: CleanedSegment, buffer: CleanedBuffer, bytes: Uint8Array, lastOffset: number): void {
  cleaned.room(bytes.length).bytes.set(bytes, buffer.filled);
  cleaned.add(bytes.length, lastOffset, 1_700_000_000_000 + lastOffset);
}

test('its files are on stable storage when it is finished, and hold together', () => {
  const system = new MemoryFileSystem({ fileBytesMax: 4 << 20 });
  const buffer = new CleanedBuffer();
  const cleaned = segment(system, buffer);
  // Larger than the buffer together, and the last one by itself.
  for (let i = 0; i < 30; i++) {
    const timestamp = 1_700_000_000_000 + 3 + i;
    put(
      cleaned,
      buffer,
      readyBatches(numbered(1, 0, i === 29 ? 1_100_000 : 50_000), {
        baseOffset: 3 + i,
        timestamp,
        batchBytesMax: 2 << 20,
      }),
      3 + i,
    );
  }
  cleaned.keepAborted({ producerId: 1, firstOffset: 3, lastOffset: 9, lastStableOffset: 10 });
  const facts = cleaned.finish();
  expect(facts).toMatchObject({ baseOffset: 3, suffixes: ['.log', '.index', '.timeindex', '.txnindex'] });
  expect(system.openFiles).toBe(0);
  // Names are made durable by the swap; what they lead to is so now.
  system.syncDirectory(DIRECTORY);
  const after = system.crash(new Random(1));
  for (const suffix of facts.suffixes) {
    const name = `${DIRECTORY}/00000000000000000003${suffix}`;
    expect(after.exists(`${name}.cleaned`)).toBe(true);
    after.rename(`${name}.cleaned`, name);
  }
  expect(after.sizeOf(`${DIRECTORY}/00000000000000000003.log`)).toBe(facts.size);
  expect(indexesHold(after, DIRECTORY, 3, indexes)).toBe(true);
});

test('without aborted transactions there is no index of them; without batches it is empty', () => {
  const system = new MemoryFileSystem();
  const facts = segment(system).finish();
  expect(facts).toEqual({ baseOffset: 3, size: 0, suffixes: ['.log', '.index', '.timeindex'] });
});

test('what an earlier one left is removed, whatever it was', () => {
  const system = new MemoryFileSystem();
  segment(system).abandon();
  const buffer = new CleanedBuffer();
  const cleaned = segment(system, buffer);
  put(cleaned, buffer, readyBatches(numbered(1), { baseOffset: 3 }), 3);
  expect(cleaned.finish().size).toBe(cleaned.size);
});

test('it holds 2^31 - 1 offsets and bytes, and always one batch', () => {
  const system = new MemoryFileSystem();
  const buffer = new CleanedBuffer();
  const cleaned = segment(system, buffer);
  const max = 2 ** 31 - 1;
  expect(cleaned.overflows(max + 1, 2 ** 50)).toBe(false);
  put(cleaned, buffer, readyBatches(numbered(1), { baseOffset: 3 }), 3);
  expect(cleaned.overflows(100, 3 + max)).toBe(false);
  expect(cleaned.overflows(100, 3 + max + 1)).toBe(true);
  expect(cleaned.overflows(max - cleaned.size, 4)).toBe(false);
  expect(cleaned.overflows(max - cleaned.size + 1, 4)).toBe(true);
  cleaned.abandon();
});
