import { expect, test } from 'vitest';
import { byteWindow } from '#millrace/record/byte-window.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import { checkRecords, type RecordCheck } from '#millrace/segment/record-check.js';
import { readyBatches } from '../support/temp-log.ts';

const MAX_TIMESTAMP = 35;
const RECORD_COUNT = 57;
const records = [
  { value: 'a', timestamp: 100 },
  { value: 'b', timestamp: 300, headers: { h: 'x' } },
  { value: 'c', timestamp: 200 },
  { value: 'd', timestamp: 300 },
];

function check(change: (bytes: Buffer) => void = () => undefined, options = {}): RecordCheck {
  const bytes = readyBatches(records, { baseOffset: 7, ...options });
  change(bytes);
  return checkRecords(new RecordBatch(byteWindow(bytes), 0));
}

test.each(['none', 'gzip', 'lz4', 'snappy'] as const)('records under %s are what the header says', (compression) => {
  expect(check(undefined, { compression })).toEqual({ offsetOfMaxTimestamp: 8, problem: null });
});

test('under LogAppendTime the header has the time of all', () => {
  expect(check(undefined, { timestampType: 'LogAppendTime' })).toEqual({ offsetOfMaxTimestamp: null, problem: null });
});

test('another largest timestamp, fewer and more records are told', () => {
  expect(check((b) => b.writeBigInt64BE(301n, MAX_TIMESTAMP)).problem).toMatch(/largest timestamp 301, .* up to 300/);
  expect(() => check((b) => b.writeInt32BE(3, RECORD_COUNT))).toThrow(/follow the last record/);
  expect(() => check((b) => b.writeInt32BE(3, RECORD_COUNT), { compression: 'gzip' })).toThrow(
    /follow the last record/,
  );
});

test('headers that do not fit their record are told', () => {
  // The name of the one header is said to be longer than what is left.
  const at = readyBatches(records).indexOf(Buffer.from([2, 0x68, 2, 0x78]));
  expect(at).toBeGreaterThan(0);
  expect(() => check((b) => (b[at] = 40))).toThrow(/a header name of 20 bytes/);
});
