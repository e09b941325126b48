/**
 * What an append returns: where the records are, at once; and when they are on stable storage, for who asks.
 *
 * `durable` promises that the records survive a crash of the machine. Without it they survive the end of the process (kill -9 too), since
 * they are in the kernel's page cache, and not a power failure.
 */
import type { Durability, Era } from './durability.ts';

export class Receipt {
  /** Offset of the first record. */
  readonly baseOffset: number;
  /** Offset of the last record. */
  readonly lastOffset: number;
  /** With `message.timestamp.type=LogAppendTime`, the timestamp that all records got; otherwise -1. */
  readonly logAppendTime: number;
  /** Nothing was written: a producer's batch that stood in the log already, where this says. */
  readonly isDuplicate: boolean;
  readonly #durability: Durability;
  readonly #era: Era;

  constructor(
    durability: Durability,
    baseOffset: number,
    lastOffset: number,
    logAppendTime: number,
    isDuplicate = false,
  ) {
    this.#durability = durability;
    this.#era = durability.era;
    this.baseOffset = baseOffset;
    this.lastOffset = lastOffset;
    this.logAppendTime = logAppendTime;
    this.isDuplicate = isDuplicate;
  }

  /**
   * Settles when the records are on stable storage; asks for a flush if none is on its way. Rejects with `ERR_MILLRACE_OFFLINE` when the flush
   * fails, with `ERR_MILLRACE_CLOSED` when the log is deleted before, with `ERR_MILLRACE_TRUNCATED` when a cut has taken the records, or some of them.
   */
  get durable(): Promise<void> {
    return this.#durability.until(this.lastOffset + 1, this.#era);
  }
}
