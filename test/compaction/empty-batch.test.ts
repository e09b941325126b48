import { expect, test } from 'vitest';
import { writeEmptyBatch } from '#millrace/compaction/empty-batch.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import { numbered, readyBatches } from '../support/temp-log.ts';

test('all that a header says stays, but for the records', () => {
  const options = { baseOffset: 40, producerId: 7, producerEpoch: 2, baseSequence: 11, transactional: true } as const;
  const full = readyBatches(numbered(5), { ...options, compression: 'gzip', leaderEpoch: 3 });
  const out = byteWindow(Buffer.alloc(200, 0xff));
  expect(writeEmptyBatch(full, out, 100)).toBe(61);
  const batch = new RecordBatch(out, 100);
  batch.ensureValid();
  expect([...batch]).toEqual([]);
  const before = new RecordBatch(byteWindow(full), 0);
  for (const name of [
    'baseOffset',
    'lastOffset',
    'leaderEpoch',
    'producerId',
    'producerEpoch',
    'baseSequence',
  ] as const)
    expect(batch[name], name).toBe(before[name]);
  expect(batch).toMatchObject({ isTransactional: true, isControl: false, size: 61, recordCount: 0 });
  expect(batch).toMatchObject({ maxTimestamp: before.maxTimestamp, baseTimestamp: -1, hasDeleteHorizon: false });
  expect(batch.compression).toBe('none');
  expect(out.bytes[99]).toBe(0xff);
  expect(out.bytes[161]).toBe(0xff);
});
