import { expect, test } from 'vitest';
import { controlTypeOf } from '#millrace/compaction/control-type.js';
import { writeEmptyBatch } from '#millrace/compaction/empty-batch.js';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';

test('what a marker says, and that one was emptied', () => {
  const marker = { coordinatorEpoch: 3, producerId: 1, producerEpoch: 0, baseOffset: 5, leaderEpoch: 0, timestamp: 9 };
  for (const type of ['commit', 'abort'] as const) {
    const window = byteWindow(encodeControlBatch({ ...marker, type }));
    expect(controlTypeOf(new BatchHeader(window, 0), window)).toBe(type);
    const empty = byteWindow(Buffer.alloc(61));
    writeEmptyBatch(window.bytes, empty, 0);
    expect(controlTypeOf(new BatchHeader(empty, 0), empty)).toBe(null);
  }
});
