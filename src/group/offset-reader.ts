/**
 * Reads a partition of `__consumer_offsets` as far as it goes, and on from there when it is asked again. One table serves all groups of the partition.
 */
import type { LogReader } from '../log/log-reader.ts';
import type { Offset } from '../types.ts';
import { OffsetTable } from './offset-table.ts';

export class OffsetReader {
  readonly #log: LogReader;
  #table = new OffsetTable();
  #next: Offset;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(log: LogReader) {
    this.#log = log;
    this.#next = log.startOffset;
  }

  get isClosed(): boolean {
    return this.#log.isClosed;
  }

  /** What the log says now: all that was appended before this was called. */
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

  async #readOn(): Promise<void> {
    const log = this.#log;
    const end = log.endOffset;
    // It was cut: what stood behind the cut may have been applied.
    if (end < this.#next) {
      this.#table = new OffsetTable();
      this.#next = log.startOffset;
    }
    // A start that has moved took away what later records say again, or forget.
    this.#next = Math.max(this.#next, log.startOffset);
    while (this.#next < end) {
      const run = await log.readAsync(this.#next);
      if (run.size === 0) break;
      for (const batch of run) {
        this.#table.apply(batch);
        this.#next = batch.nextOffset;
      }
    }
  }
}
