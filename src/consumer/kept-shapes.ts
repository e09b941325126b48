/**
 * One of each object that a walk over a consumer's batches makes, kept for as long as the process lives, for the reason that
 * record/kept-shapes.ts gives: a full collection between two batches would else throw away what was compiled for them.
 */
import { BatchRun } from '../record/batches.ts';
import { byteWindow } from '../record/byte-window.ts';
import { encodeBatches } from '../record/encode-batch.ts';
import { keptShapes as shapesOfRecords } from '../record/kept-shapes.ts';
import { lazily } from '../lazy-module.ts';
import { surveyRun } from './batch-survey.ts';
import { ConsumerBatch } from './consumer-batch.ts';
import { ConsumerRecord } from './consumer-record.ts';
import { EventLoopShare } from './event-loop-share.ts';
import { RecordWalk } from './record-walk.ts';

/** Larger than what a field of small integers holds: readers meet such offsets, and V8 makes a field of doubles of it then. */
const OFFSET = 0x100_0000_0000;

function walk(): readonly object[] {
  shapesOfRecords();
  const [bytes] = encodeBatches([{ value: '' }], {
    baseOffset: OFFSET,
    leaderEpoch: 0,
    timestamp: OFFSET,
    timestampType: 'CreateTime',
    batchBytesMax: 1024,
    compression: 'none',
  });
  const run = new BatchRun(byteWindow(bytes), 0, bytes.length, OFFSET);
  const batch = new ConsumerBatch({ topic: '', partition: 0 }, run, surveyRun(run, OFFSET + 1, null), {
    highWatermark: OFFSET + 1,
    stable: OFFSET + 1,
  });
  const records = batch[Symbol.iterator]();
  const { value } = records.next();
  // It is not set going: whose walk it is must not become known as one of several kinds.
  const handling = new RecordWalk(
    { share: new EventLoopShare(), isOver: false },
    { moveWithin: () => false },
    batch,
    () => undefined,
  );
  handling.offset = OFFSET;
  return [batch, records, batch.recordBatches(), new ConsumerRecord(batch, value), handling];
}

/** A batch, its iterators of records and of record batches, a record of a stream, and the walk of a handler. */
export const keptShapes: () => readonly object[] = lazily(walk);
