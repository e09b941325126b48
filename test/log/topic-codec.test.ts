import { expect, test } from 'vitest';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import { underCodec } from '#millrace/log/topic-codec.js';
import { numbered, readyBatches } from '../support/temp-log.ts';

const plain = readyBatches(numbered(100), { compression: 'none' });
const packed = readyBatches(numbered(100), { compression: 'gzip' });

test('batches under the codec already are returned as they are, not copied', () => {
  expect(underCodec(packed, [packed.length], 'gzip')).toBe(packed);
});

test('only batches of another codec are made anew', () => {
  const bytes = underCodec(Buffer.concat([packed, plain]), [packed.length, plain.length], 'gzip');
  expect(Buffer.from(bytes.subarray(0, packed.length)).equals(packed)).toBe(true);
  const second = new RecordBatch(byteWindow(bytes), packed.length);
  expect([second.compression, second.isValid(), second.recordCount]).toEqual(['gzip', true, 100]);
  expect([...second].map((record) => String(record.value))).toEqual(numbered(100).map(({ value }) => value));
});

test('a control batch stays', () => {
  const marker = encodeControlBatch({
    type: 'commit',
    coordinatorEpoch: 1,
    producerId: 7,
    producerEpoch: 0,
    baseOffset: 0,
    leaderEpoch: 0,
    timestamp: 5,
  });
  expect(underCodec(marker, [marker.length], 'lz4')).toBe(marker);
});
