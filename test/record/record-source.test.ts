import { expect, test } from 'vitest';
import { recordTimestamp, sourceView, type RecordSource } from '#millrace/record/record-source.js';

const buffer = new TextEncoder().encode('--abcdef').buffer;

const source: RecordSource = {
  bytes: new Uint8Array(buffer, 2),
  buffer,
  byteOffset: 2,
  start: 0,
  end: 6,
  recordCount: 1,
  lastOffsetDelta: 0,
  baseOffset: 0,
  baseTimestamp: 1000,
  appendTime: Number.NaN,
  startOffset: 0,
  place: { position: 0 },
};

test('views are relative to the bytes, and null for a negative size', () => {
  expect(sourceView(source, 1, 3)?.toString()).toBe('bcd');
  expect(sourceView(source, 6, 0)).toHaveLength(0);
  expect(sourceView(source, 1, -1)).toBeNull();
});

test('a timestamp is base and delta, or the time of the append for all', () => {
  expect(recordTimestamp(source, -7)).toBe(993);
  expect(recordTimestamp({ ...source, appendTime: 5 }, -7)).toBe(5);
  expect(recordTimestamp({ ...source, appendTime: 0 }, -7)).toBe(0);
});
