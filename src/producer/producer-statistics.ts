/** What a producer has done so far, and what it has in hand. */

/** Why a batch was sealed: its time, its size, the bounds of the log, a flush, the close of the producer, or somebody else at the same log. */
export type SealReason = 'linger' | 'size' | 'full' | 'flush' | 'close' | 'other';

export interface ProducerStatistics {
  /** Records that were added to batches, and their bytes there, before compression. */
  readonly records: number;
  readonly bytes: number;
  /** Records that were acknowledged; with `acks: 0`, that became visible. */
  readonly acknowledgedRecords: number;
  /** Batches that were sealed, by what sealed them. */
  readonly batches: Readonly<Record<SealReason, number>>;
  /** How often something was tried again. */
  readonly retries: number;
  /** Records that could not be delivered. */
  readonly errors: number;
  /** Sends that wait for `maxUnacknowledgedBytes`. */
  readonly waitingSends: number;
  /** Bytes, at most, of records that were taken in and are not acknowledged. */
  readonly unacknowledgedBytes: number;
}

export class ProducerCounters {
  records = 0;
  bytes = 0;
  acknowledgedRecords = 0;
  retries = 0;
  errors = 0;
  readonly batches: Record<SealReason, number> = { linger: 0, size: 0, full: 0, flush: 0, close: 0, other: 0 };

  snapshot(waitingSends: number, unacknowledgedBytes: number): ProducerStatistics {
    const { records, bytes, acknowledgedRecords, retries, errors, batches } = this;
    return {
      records,
      bytes,
      acknowledgedRecords,
      batches: { ...batches },
      retries,
      errors,
      waitingSends,
      unacknowledgedBytes,
    };
  }
}
