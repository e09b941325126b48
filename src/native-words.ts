/**
 * The words in which the addon says where a walk over batches or records stands and why it stopped: slots of an array of numbers, and what may stand in
 * them. The addon's own list is in `native/core/` (batch_scan.h, record_walk.h, value_copy.h).
 */

/** Why `scanBatches` stopped; the numbers are the addon's. */
export const scanStop = {
  /** All bytes were walked. */
  end: 0,
  /** `positions` is full; go on at `result[1]`. */
  full: 1,
  /** The batch at `result[1]` is longer than the bytes left; its whole size stands in `result[2]`. */
  short: 2,
  /** The bytes at `result[1]` are zero: reserved and not written (at least the whole fixed header, or all that is left). */
  zeros: 3,
  /** `batchLength` is below the header's or above the bound. */
  length: 4,
  /** The magic byte is not 2; it stands in `result[2]`. */
  magic: 5,
  /** The checksum differs. */
  checksum: 6,
  /** Header fields contradict each other (negative lastOffsetDelta, recordCount above lastOffsetDelta + 1 ...). */
  header: 7,
  /** The base offset lies before the end of the batch before it, or the leader epoch falls. Neither is in the checksum. */
  order: 8,
} as const;

/** Why `gatherValues` stopped; the numbers are the addon's. */
export const gatherStop = {
  /** No record is left. */
  end: 0,
  /** So many were taken as were wanted. */
  most: 1,
  /** The next value does not fit into what is left of the target; the walk stands before it. */
  full: 2,
  /** A value is larger than `sizeMax`: it was not copied, and `walk` says where it is; the walk stands behind it. */
  large: 3,
  /** A record that the quick way does not read: RecordCursor does, or says what is wrong with it. The walk stands before it. */
  malformed: 4,
} as const;

/** What stands where in the `walk` of `gatherValues`. */
export const gatherWalk = {
  /** Of the next record in the bytes; how many there are from there on; the offset delta of the one before it. All move on. */
  position: 0,
  left: 1,
  offsetDelta: 2,
  /** No record may have a larger offset delta; those with a smaller one than the second are passed over. */
  lastOffsetDelta: 3,
  offsetDeltaMin: 4,
  /** Values to copy at most, and the bytes that one may have at most. */
  most: 5,
  sizeMax: 6,
  /** Where the next value goes in the target; moves on. */
  target: 7,
  /** Why it stopped (`gatherStop`), and, for `large`, where the value is. */
  stop: 8,
  valuePosition: 9,
  valueSize: 10,
  length: 11,
} as const;

/** Why `copyValues` stopped; the numbers are the addon's. */
export const copyStop = {
  /** All batches were passed. */
  end: 0,
  /** So many were written as were wanted. */
  most: 1,
  /** A batch or a record that the quick way does not read: RecordBatch and RecordCursor do, or say what is wrong with it. */
  other: 2,
} as const;

/** What stands where in the `result` of `copyValues`. */
export const copyResult = {
  /** Why it stopped (`copyStop`). */
  stop: 0,
  /** Of the batch that it stopped in or before, and the offset delta of the last of its records that was passed, -1 when none was. */
  position: 1,
  offsetDelta: 2,
  /** After the last batch that was passed; -1 when none was. */
  nextOffset: 3,
  length: 4,
} as const;
