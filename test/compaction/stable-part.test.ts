import { expect, test } from 'vitest';
import { lastRecords } from '#millrace/compaction/stable-part.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

function transaction(rig: TempLog, producerId: number, type: 'commit' | 'abort', count = 3): void {
  const producer = { producerId, producerEpoch: 0 };
  const baseOffset = rig.log.endOffset;
  const batch = readyBatches(numbered(count), { ...producer, baseOffset, baseSequence: 0, transactional: true });
  rig.log.appendBatches(batch, { from: 'leader' });
  const marker = { type, coordinatorEpoch: 0, ...producer, leaderEpoch: 0, timestamp: 1_700_000_000_000 };
  rig.log.appendBatches(encodeControlBatch({ ...marker, baseOffset: rig.log.endOffset }), { from: 'leader' });
}

test('a log without producers has neither', () => {
  const { log } = new TempLog();
  log.append(numbered(3));
  expect(lastRecords(log)).toEqual([]);
  expect(log.abortedInSegments(0, 3)).toEqual([]);
});

test('each producer with its last data, and aborted transactions by their offsets', () => {
  const rig = new TempLog();
  transaction(rig, 1, 'abort');
  rig.log.roll();
  transaction(rig, 2, 'commit');
  transaction(rig, 1, 'abort', 5);
  expect(lastRecords(rig.log)).toEqual([
    { producerId: 1, producerEpoch: 0, lastDataOffset: 12 },
    { producerId: 2, producerEpoch: 0, lastDataOffset: 6 },
  ]);
  const firsts = (from: number, to: number): number[] =>
    rig.log.abortedInSegments(from, to).map(({ firstOffset }) => firstOffset);
  expect(firsts(0, 14)).toEqual([0, 8]);
  expect(firsts(4, 14)).toEqual([8]);
  // The log's start may come back: what lies before it in a segment that is there counts as well.
  rig.log.deleteRecords(14);
  expect(firsts(4, 14)).toEqual([8]);
});
