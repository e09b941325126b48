import { expect, test } from 'vitest';
import { recordSize } from '#millrace/producer/record-size.js';
import { BatchBuilder } from '#millrace/record/batch-builder.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import type { RecordInput } from '#millrace/types.js';
import { Random, seedsOf } from '../support/random.ts';

function encodedSize(record: RecordInput): number {
  const builder = new BatchBuilder();
  const window = byteWindow(Buffer.alloc(10_000));
  const options = { baseOffset: 0, leaderEpoch: 0, timestamp: 0, batchBytesMax: 10_000 };
  builder.begin(window, 0, 10_000, { ...options, timestampType: 'CreateTime' });
  const before = builder.size;
  expect(builder.append([record], 0)).toBe(1);
  return builder.size - before;
}

test('is never less than what the record takes, and little more', () => {
  for (const seed of seedsOf(100)) {
    const random = new Random(seed);
    const field = (): string | Uint8Array | null =>
      random.pick([null, '', 'ü€🚀'.repeat(random.between(0, 40)), random.bytes(random.between(0, 300))]);
    const record: RecordInput = {
      key: field(),
      value: field(),
      headers: random.pick([undefined, {}, { a: field(), b: field() }, [['x', field()]]]) as RecordInput['headers'],
      timestamp: random.pick([undefined, -1, random.between(0, 1e15)]),
    };
    const size = recordSize(record, 0);
    const taken = encodedSize(record);
    expect(size, `MILLRACE_SEED=${seed}`).toBeGreaterThanOrEqual(taken);
    expect(size - taken, `MILLRACE_SEED=${seed}`).toBeLessThanOrEqual(20);
  }
});

test.each([
  [null, /^records\[3\] must be an object/],
  ['text', /^records\[3\] must be an object/],
  [{ key: 1 }, /^records\[3\]\.key must be/],
  [{ value: [] }, /^records\[3\]\.value must be/],
  [{ headers: { h: 1 } }, /^records\[3\]\.headers\["h"\] must be/],
  [{ headers: 'h' }, /^records\[3\]\.headers must be/],
  [{ timestamp: -2 }, /^records\[3\]\.timestamp must be/],
])('%o is no record', (record, message) => {
  expect(() => recordSize(record as RecordInput, 3)).toThrow(message);
});

test('keeps nothing of a record', async () => {
  let value: Uint8Array | null = Buffer.alloc(100);
  const reference = new WeakRef(value);
  recordSize({ headers: { h: value } }, 0);
  value = null;
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc!();
  expect(reference.deref()).toBeUndefined();
});
