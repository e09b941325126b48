/** What went into a log and came out of it since it was opened: plain counters, moved by the log alone, for metrics. */
export class LogTraffic {
  /** Calls of `append` and `appendBatches` that succeeded. */
  appends = 0;
  /** Offsets that appends took. */
  recordsIn = 0;
  /** Bytes of the batches that were appended, as they stand in the file. */
  bytesIn = 0;
  /** Reads that returned a batch. */
  reads = 0;
  /** Bytes of the batches that reads returned: whole batches, so a reader that begins inside one counts all of it. */
  bytesOut = 0;
}
