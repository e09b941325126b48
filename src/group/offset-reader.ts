/**
 * Reads a partition of `__consumer_offsets` as far as it goes, and on from there when it is asked again. One table serves all groups of the partition.
 *
 * Compaction takes tombstones and markers away when they have had their time (`delete.retention.ms`). Who has not read on for so long may have missed
 * one for good, and reads anew from the log's start.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { BatchRun } from '../record/batches.ts';
import type { Offset, Timestamp } from '../types.ts';
import { OffsetTable, type OtherRecord } from './offset-table.ts';

export interface OffsetReaderOptions {
  readonly clock: Clock;
  /** `delete.retention.ms` of the log's topic. */
  readonly deleteRetentionMs: number;
  /** Told of each record that is about something else, in the order of the log. */
  readonly other?: OtherRecord;
  /** Told when what was told before no longer holds, since all of it comes again. */
  readonly anew?: () => void;
}

export class OffsetReader {
  readonly #log: LogReader;
  readonly #options: OffsetReaderOptions;
  #table = new OffsetTable();
  #next: Offset;
  /** When it was at the log's end last. */
  #readAt: Timestamp;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(log: LogReader, options: OffsetReaderOptions) {
    this.#log = log;
    this.#options = options;
    this.#next = log.startOffset;
    this.#readAt = options.clock.now();
  }

  get isClosed(): boolean {
    return this.#log.isClosed;
  }

  /** What the log says now: all that was appended before this was called. Lets the event loop turn in between. */
  async read(): Promise<OffsetTable> {
    const before = this.#reading;
    const reading = (async () => {
      // Its failure was told to whoever asked.
      await before.catch(() => undefined);
      await this.#readOn();
      return this.#table;
    })();
    this.#reading = reading;
    return reading;
  }

  /**
   * The same at once, for who appends itself and catches up each time, after a first `read`: what is new is little, and in memory. The table is
   * good until the next time.
   */
  catchUp(): OffsetTable {
    const { end, now } = this.#begin();
    while (this.#next < end && this.#take(this.#log.read(this.#next)));
    this.#readAt = now;
    return this.#table;
  }

  async #readOn(): Promise<void> {
    const { end, now } = this.#begin();
    // Where nothing is new there was nothing to be missed.
    if (now - this.#readAt >= this.#options.deleteRetentionMs && this.#next < end) this.#beginAnew();
    while (this.#next < end) {
      const from = this.#next;
      const run = await this.#log.readAsync(from);
      // Somebody caught up meanwhile.
      if (this.#next !== from) continue;
      if (!this.#take(run)) break;
      if (this.#next < end) await setImmediate();
    }
    this.#readAt = now;
  }

  #begin(): { end: Offset; now: Timestamp } {
    const { startOffset, endOffset: end } = this.#log;
    // It was cut: what stood behind the cut may have been applied.
    if (end < this.#next) this.#beginAnew();
    // A start that has moved took away what later records say again, or forget.
    this.#next = Math.max(this.#next, startOffset);
    return { end, now: this.#options.clock.now() };
  }

  #beginAnew(): void {
    this.#table = new OffsetTable();
    this.#next = this.#log.startOffset;
    this.#options.anew?.();
  }

  #take(run: BatchRun): boolean {
    if (run.size === 0) return false;
    for (const batch of run) {
      this.#table.apply(batch, this.#options.other);
      this.#next = batch.nextOffset;
    }
    return true;
  }
}
