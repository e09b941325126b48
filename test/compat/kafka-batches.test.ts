/** Batches that Kafka wrote, of every codec and kind, read by our record code alone: no log, no index, no recovery. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BatchRun } from '#millrace/record/batches.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import type { RecordBatch } from '#millrace/record/record-batch.js';
import { expectedLog, FIXTURE, fixturePartitions, recordsAsExpected, type ExpectedBatch } from './expected-log.ts';

function batchesOf(partition: string): RecordBatch[] {
  const directory = join(FIXTURE, 'clean/log-dir', partition);
  const logs = readdirSync(directory).filter((name) => name.endsWith('.log'));
  return logs.sort().flatMap((name) => {
    const window = byteWindow(readFileSync(join(directory, name)));
    return [...new BatchRun(window, 0, window.bytes.length, 0)];
  });
}

function fieldsAsExpected(batch: RecordBatch): ExpectedBatch {
  return {
    baseOffset: batch.baseOffset,
    lastOffset: batch.lastOffset,
    size: batch.size,
    crc: batch.checksum,
    codec: batch.compression,
    timestampType: batch.timestampType,
    maxTimestamp: batch.maxTimestamp,
    leaderEpoch: batch.leaderEpoch,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    transactional: batch.isTransactional,
    control: batch.isControl,
    deleteHorizon: batch.hasDeleteHorizon ? batch.baseTimestamp : null,
    records: recordsAsExpected(batch),
  };
}

describe('batches of Kafka 4.2', () => {
  test.each(fixturePartitions('clean'))('%s: header fields and records are as Kafka reads them', (partition) => {
    const expected = expectedLog('clean', partition);
    // Kafka's report begins with the batch that has the log start; the file may begin before.
    const batches = batchesOf(partition).filter((batch) => batch.lastOffset >= expected.logStartOffset);
    for (const batch of batches) batch.ensureValid();
    expect(batches.map(fieldsAsExpected)).toEqual(expected.batches);
  });

  test('the fixtures hold what they are kept for', () => {
    const batches = fixturePartitions('clean').flatMap((partition) => expectedLog('clean', partition).batches);
    expect(new Set(batches.map(({ codec }) => codec))).toEqual(new Set(['none', 'gzip', 'snappy', 'lz4', 'zstd']));
    expect(new Set(batches.map(({ timestampType }) => timestampType))).toEqual(
      new Set(['CreateTime', 'LogAppendTime']),
    );
    expect(batches.some(({ control }) => control)).toBe(true);
    expect(batches.some(({ transactional, control }) => transactional && !control)).toBe(true);
    expect(batches.some(({ deleteHorizon }) => deleteHorizon !== null)).toBe(true);
    expect(batches.some(({ records, baseOffset, lastOffset }) => records.length <= lastOffset - baseOffset)).toBe(true);
    const records = batches.flatMap((batch) => batch.records);
    for (const field of [2, 3] as const) {
      expect(records.some((record) => record[field] === null)).toBe(true);
      expect(records.some((record) => record[field] === '')).toBe(true);
    }
    expect(records.some((record) => typeof record[3] === 'object' && record[3] !== null)).toBe(true);
    const headers = records.flatMap((record) => record[4]);
    expect(headers.some(([, value]) => value === null)).toBe(true);
    expect(headers.some(([, value]) => value === '')).toBe(true);
    expect(headers.some(([key]) => /[^ -~]/.test(key))).toBe(true);
  });
});
