/**
 * One of each object that a walk makes, kept for as long as the process lives; nobody uses them.
 *
 * V8 compiles code for the shapes of the objects that it meets. At a full garbage collection that finds no object of a shape it forgets the
 * shape, and with it all that it had compiled and learnt: the next walk begins in the interpreter (docs/decisions/0011). A reader
 * lets go of all it has between two polls, so that every collection there would be such a one. These objects prevent it.
 *
 * They must have the very shapes of those that readers get. A field that may hold more than 32 bits holds such a number here, since V8 makes a
 * field for doubles of it once it has seen one; test/record/kept-shapes.test.ts compares. Only a batch whose timestamps lie 25 days apart
 * gives its records, and all after them, a shape that is not kept.
 */
import { BatchRun } from './batches.ts';
import { byteWindow } from './byte-window.ts';
import { lazily } from '../lazy-module.ts';

const OFFSET = 0x100_0000_0000;

/** A batch at that offset and of that time: its one record has neither key nor value nor headers, and its checksum is none. */
const BATCH = [
  '0000010000000000 00000038 00000000 02 00000000 0000 00000000',
  '0000010000000000 0000010000000000 ffffffffffffffff ffff ffffffff 00000001',
  '0c 00 00 00 01 01 00',
];

function walk(): readonly object[] {
  const bytes = Buffer.from(BATCH.join('').replaceAll(' ', ''), 'hex');
  const run = new BatchRun(byteWindow(bytes), 0, bytes.length, OFFSET);
  const met: object[] = [run];
  for (const batch of run) {
    const cursor = batch.cursor();
    cursor.next();
    met.push(batch, cursor, cursor.record(), batch[Symbol.iterator]());
  }
  return met;
}

/** A run, a batch, a cursor, a record, and a batch's iterator. */
export const keptShapes: () => readonly object[] = lazily(walk);
