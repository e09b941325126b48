/** What becomes of a single batch; whole segments are tested in segment-cleaning.test.ts and, by Kafka, in compat/kafka. */
import { expect, test } from 'vitest';
import { BatchFilter, type FilterRules } from '#millrace/compaction/batch-filter.js';
import { CleanedTransactions, transactionsFrom } from '#millrace/compaction/cleaned-transactions.js';
import { OffsetMap } from '#millrace/compaction/offset-map.js';
import { native } from '#millrace/native.js';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeBatches, type EncodeOptions } from '#millrace/record/encode-batch.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import type { CompressionName, RecordInput } from '#millrace/types.js';

const NOW = 10_000;
const rules: FilterRules = { producers: [], highWatermark: 1e6, now: NOW, deleteRetentionMs: 50 };

function batchOf(records: readonly RecordInput[], options: Partial<EncodeOptions> = {}): Buffer {
  const [batch] = encodeBatches(records, {
    baseOffset: 100,
    leaderEpoch: 0,
    timestamp: 500,
    timestampType: 'CreateTime',
    batchBytesMax: 1 << 20,
    compression: 'none',
    ...options,
  });
  return Buffer.from(batch);
}

/** Judges a batch when these keys have newer records, and writes what is left. */
function filter(batch: Buffer, newer: readonly string[], latestOffset = 1000) {
  const map = new OffsetMap(OffsetMap.allocate(1 << 16, 100));
  if (newer.length > 0) {
    const later = batchOf(
      newer.map((key) => ({ key, value: 'newer' })),
      { baseOffset: 500 },
    );
    native.indexKeys(map.memory, later, 0, later, 61, later.length, 0, 100, new Float64Array(5));
  }
  map.latestOffset = latestOffset;
  const filtering = new BatchFilter(map, new CleanedTransactions(transactionsFrom([], 0)), rules, '/t-0');
  const window = byteWindow(batch);
  const header = new BatchHeader(window, 0);
  const verdict = filtering.judge(header, window);
  if (verdict !== 'rewrite') return { verdict, filtering, left: null };
  const out = byteWindow(Buffer.alloc(filtering.writtenSizeMax(header) + 10));
  const size = filtering.write(header, window, out, 10);
  const left = new RecordBatch(byteWindow(out.bytes.subarray(10, 10 + size)), 0);
  left.ensureValid();
  return { verdict, filtering, left };
}

const three = [
  { key: 'a', value: '1', timestamp: 900 },
  { key: 'b', value: '2', timestamp: 800 },
  { key: 'c', value: '3', timestamp: 700, headers: { h: 'v' } },
];

test.each<CompressionName>(['none', 'gzip', 'snappy', 'lz4'])(
  '%s: records go, offsets and codec stay',
  (compression) => {
    const { verdict, left, filtering } = filter(batchOf(three, { compression }), ['a', 'b']);
    expect(verdict).toBe('rewrite');
    expect(left).toMatchObject({
      baseOffset: 100,
      lastOffset: 102,
      recordCount: 1,
      maxTimestamp: 700,
      baseTimestamp: 700,
    });
    expect(left!.compression).toBe(compression);
    const [record] = left!;
    expect([record.offset, record.timestamp, String(record.key), String(record.value)]).toEqual([102, 700, 'c', '3']);
    expect(record.headers.map(({ key, value }) => [key, String(value)])).toEqual([['h', 'v']]);
    expect([filtering.recordsRead, filtering.recordsKept]).toEqual([3, 1]);
  },
);

test('all stay, or none', () => {
  expect(filter(batchOf(three), []).verdict).toBe('copy');
  expect(filter(batchOf(three), ['a', 'b', 'c']).verdict).toBe('drop');
});

test('past what the map knows everything stays, without a key too', () => {
  const records = [{ key: 'a', value: '1' }, { value: 'no key' }];
  expect(filter(batchOf(records), ['a'], 99).verdict).toBe('copy');
  expect(filter(batchOf(records), ['a'], 100).left).toMatchObject({ recordCount: 1 });
  expect(filter(batchOf(records), ['a'], 101).verdict).toBe('drop');
});

test('under LogAppendTime the time of the append stays', () => {
  const { left } = filter(batchOf(three, { timestampType: 'LogAppendTime', timestamp: 5000 }), ['a']);
  expect(Array.from(left!, ({ timestamp }) => timestamp)).toEqual([5000, 5000]);
  expect(left).toMatchObject({ timestampType: 'LogAppendTime', maxTimestamp: 5000 });
});

test('a horizon is written with the first tombstone that stays, and times are still right', () => {
  const { left } = filter(batchOf([...three, { key: 'd', value: null, timestamp: 600 }]), []);
  expect(left).toMatchObject({ hasDeleteHorizon: true, baseTimestamp: NOW + 50, maxTimestamp: 900, recordCount: 4 });
  expect(Array.from(left!, ({ timestamp }) => timestamp)).toEqual([900, 800, 700, 600]);
});

test('records that do not become smaller keep their codec', () => {
  const value = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) % 251));
  const { left } = filter(
    batchOf(
      [
        { key: 'a', value: 'x' },
        { key: 'b', value },
      ],
      { compression: 'snappy' },
    ),
    ['a'],
  );
  expect(left!.compression).toBe('snappy');
  expect([...left!][0].value).toEqual(value);
});

test('records that are none are refused, whatever the count says', () => {
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
  const batch = batchOf(three);
  batch[61] = 0xff;
  expect(() => filter(batch, [])).toThrow(corrupt);
  const counted = batchOf(three);
  counted.writeInt32BE(0x7fff_ffff, 57);
  counted.writeInt32BE(0x7fff_ffff, 23);
  expect(() => filter(counted, [])).toThrow(corrupt);
});
