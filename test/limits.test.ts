/** The bounds against each other: a change of one that breaks what another relies on is seen here. */
import { expect, test } from 'vitest';
import * as limits from '#millrace/limits.js';

test('every bound is a whole number, none below zero, that JavaScript and Kafka can hold', () => {
  for (const [name, bound] of Object.entries(limits)) {
    expect(Number.isSafeInteger(bound) && bound >= 0, `${name} is ${bound}`).toBe(true);
  }
});

test('what Kafka keeps in 32 signed bits fits', () => {
  const int32Max = 2 ** 31 - 1;
  for (const bound of [
    limits.SEGMENT_BYTES_MAX,
    limits.SEGMENT_OFFSETS_MAX,
    limits.RECORDS_PER_BATCH_MAX,
    limits.BATCH_BYTES_MAX,
  ]) {
    expect(bound).toBeLessThanOrEqual(int32Max);
  }
});

test("the layout of a batch header is Kafka's", () => {
  // int64 base offset, int32 length; then int32 epoch, int8 magic, uint32 crc, int16 attributes, int32 last delta, int64 x 2 timestamps,
  // int64 producer, int16 epoch, int32 sequence, int32 count.
  expect(limits.BATCH_LOG_OVERHEAD).toBe(8 + 4);
  expect(limits.BATCH_HEADER_SIZE).toBe(8 + 4 + (4 + 1 + 4) + 2 + 4 + 8 + 8 + 8 + 2 + 4 + 4);
});

test('the default of a batch fits its bound, and a batch fits a segment', () => {
  expect(limits.MAX_MESSAGE_BYTES_DEFAULT).toBe(1024 * 1024 + limits.BATCH_LOG_OVERHEAD);
  expect(limits.MAX_MESSAGE_BYTES_DEFAULT).toBeLessThan(limits.BATCH_BYTES_MAX);
  expect(limits.BATCH_BYTES_MAX).toBeLessThan(limits.SEGMENT_BYTES_MAX);
});

test('steps fit into each other', () => {
  const pageSizeMax = 64 * 1024;
  for (const step of [limits.RESERVE_STEP_MIN, limits.POPULATE_STEP_BYTES, limits.READ_WINDOW_STEP]) {
    expect(step % pageSizeMax).toBe(0);
  }
  expect(Math.log2(limits.RESERVE_STEP_MAX / limits.RESERVE_STEP_MIN) % 1).toBe(0);
  expect(limits.POPULATE_AHEAD_BYTES % limits.POPULATE_STEP_BYTES).toBe(0);
});

test('read windows stay below what Linux lets a process map, and below 2^32 bytes each', () => {
  expect(limits.READ_WINDOWS_MAX * 2).toBeLessThan(65_530);
  // Else a broker whose ten thousand partitions are all read maps one of them at each turn.
  expect(limits.READ_WINDOWS_MAX).toBeGreaterThan(10_000);
  expect(limits.READ_WINDOW_STEP * 2).toBeLessThan(2 ** 32);
});

test('a partition directory is a file name', () => {
  expect(
    `${'x'.repeat(limits.TOPIC_NAME_LENGTH_MAX)}-${limits.PARTITIONS_PER_TOPIC_MAX - 1}`.length,
  ).toBeLessThanOrEqual(255);
});
