import { expect, test } from 'vitest';
import { producedBatch, replayBatch, transactionEnd } from '#millrace/log/produced-batch.js';
import { ProducerStates } from '#millrace/log/producer-states.js';
import { RECORD_COUNT } from '#millrace/record/batch-format.js';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { numbered, readyBatches } from '../support/temp-log.ts';

const producer = { producerId: 5, producerEpoch: 2, baseSequence: 9, transactional: true };
const data = byteWindow(readyBatches(numbered(3), { ...producer, baseOffset: 40, timestamp: 70 }));

function marker(type: 'abort' | 'commit'): Uint8Array {
  const place = { baseOffset: 43, leaderEpoch: 0, timestamp: 80 };
  return encodeControlBatch({ ...place, type, coordinatorEpoch: 6, producerId: 5, producerEpoch: 3 });
}

test('a header says what its producer wrote, where the log puts it', () => {
  const header = new BatchHeader(data, 0);
  const said = { producerId: 5, producerEpoch: 2, baseSequence: 9, isTransactional: true, maxTimestamp: 70 };
  expect(producedBatch(header)).toEqual({ ...said, baseOffset: 40, lastOffset: 42 });
  expect(producedBatch(header, 100)).toEqual({ ...said, baseOffset: 100, lastOffset: 102 });
});

test('a marker says which transaction it ends', () => {
  const expected = { producerId: 5, producerEpoch: 3, coordinatorEpoch: 6, offset: 43, timestamp: 80 };
  expect(transactionEnd(byteWindow(marker('abort')), 0)).toEqual({ ...expected, type: 'abort' });
  expect(transactionEnd(byteWindow(marker('commit')), 0)).toEqual({ ...expected, type: 'commit' });
});

test('a control batch of another kind, and one without records, end nothing', () => {
  const other = byteWindow(marker('commit'));
  // The type in the key of its only record: 61 bytes of header, then length, attributes, two deltas and the key's length.
  expect(other.view.getInt16(61 + 5 + 2)).toBe(1);
  other.view.setInt16(61 + 5 + 2, 2);
  expect(transactionEnd(other, 0)).toBeNull();
  const emptied = byteWindow(marker('commit').slice(0, 61));
  emptied.view.setInt32(8, 61 - 12);
  emptied.view.setInt32(RECORD_COUNT, 0);
  expect(transactionEnd(emptied, 0)).toBeNull();
});

test('states are told of both', () => {
  const states = new ProducerStates();
  expect(replayBatch(states, data, new BatchHeader(data, 0))).toBeNull();
  expect(states.firstUnstableOffset).toBe(40);
  const end = byteWindow(marker('abort'));
  const entry = { producerId: 5, firstOffset: 40, lastOffset: 43, lastStableOffset: 44 };
  expect(replayBatch(states, end, new BatchHeader(end, 0))).toEqual(entry);
  expect(states.get(5)).toMatchObject({ producerEpoch: 3, coordinatorEpoch: 6, lastTimestamp: 80, seenAt: -1 });
});
