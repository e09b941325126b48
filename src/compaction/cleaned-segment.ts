/**
 * A segment that compaction writes: its log and its indexes, under names that end with `.cleaned`, which nobody reads.
 *
 * On stable storage when `finish` returns. Until it is renamed it is nothing: whoever opens the log removes it.
 */
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { type AbortedTransaction, encodeTransactionIndex } from '../index/transaction-index.ts';
import { SEGMENT_BYTES_MAX, SEGMENT_OFFSETS_MAX } from '../limits.ts';
import { byteWindow, type ByteWindow } from '../record/byte-window.ts';
import { GrowingIndexes, type IndexSettings } from '../segment/growing-indexes.ts';
import {
  CLEANED_SUFFIX,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  segmentFile,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from '../segment/segment-files.ts';

const BUFFER_BYTES = 1024 * 1024;

/** What readers must know of it. */
export interface CleanedFacts {
  readonly baseOffset: number;
  readonly size: number;
  /** Suffixes of the files that it has. */
  readonly suffixes: readonly string[];
}

/** Where batches are put together before they are written; one for all segments of a thread. */
export class CleanedBuffer {
  window: ByteWindow = byteWindow(Buffer.allocUnsafeSlow(BUFFER_BYTES));
  filled = 0;
}

export class CleanedSegment {
  readonly baseOffset: number;
  readonly #system: FileSystem;
  readonly #directory: string;
  readonly #log: LogFile;
  readonly #indexes: GrowingIndexes;
  readonly #buffer: CleanedBuffer;
  readonly #aborted: AbortedTransaction[] = [];
  /** Bytes in the file; those in the buffer come on top. */
  #written = 0;

  constructor(
    system: FileSystem,
    directory: string,
    options: { baseOffset: number; indexes: IndexSettings; buffer: CleanedBuffer },
  ) {
    const { baseOffset, indexes, buffer } = options;
    this.baseOffset = baseOffset;
    this.#system = system;
    this.#directory = directory;
    this.#buffer = buffer;
    this.#indexes = GrowingIndexes.empty(indexes, baseOffset);
    buffer.filled = 0;
    // Left of one that was given up, if there is any.
    for (const suffix of [LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX])
      system.remove(this.#path(suffix));
    this.#log = system.open(this.#path(LOG_SUFFIX), 'w+');
  }

  get size(): number {
    return this.#written + this.#buffer.filled;
  }

  /** Would a batch be more than a segment can hold? Never of an empty one, which would help nobody. */
  overflows(size: number, lastOffset: number): boolean {
    if (this.size === 0) return false;
    return this.size + size > SEGMENT_BYTES_MAX || lastOffset - this.baseOffset > SEGMENT_OFFSETS_MAX;
  }

  /** Room for `size` bytes at `buffer.filled`, to be written there and told by `add`. */
  room(size: number): ByteWindow {
    const buffer = this.#buffer;
    if (buffer.filled + size > buffer.window.bytes.length) {
      this.#flush();
      if (size > buffer.window.bytes.length) buffer.window = byteWindow(Buffer.allocUnsafeSlow(size));
    }
    return buffer.window;
  }

  /** A batch of `size` bytes stands at the buffer's end. */
  add(size: number, lastOffset: number, maxTimestamp: number): void {
    this.#indexes.add(this.size, lastOffset, maxTimestamp);
    this.#buffer.filled += size;
  }

  keepAborted(transaction: AbortedTransaction): void {
    this.#aborted.push(transaction);
  }

  /**
   * Ends it: all its files are on stable storage. `modifiedMs`: when what it takes the place of was changed last, which is its age where no record has a
   * timestamp; null where nobody knows.
   */
  finish(modifiedMs: number | null = null): CleanedFacts {
    this.#flush();
    this.#indexes.seal();
    if (modifiedMs !== null) this.#system.setModified(this.#path(LOG_SUFFIX), modifiedMs);
    this.#log.sync();
    this.#log.close();
    const files: [string, Uint8Array][] = [
      [OFFSET_INDEX_SUFFIX, this.#indexes.offsets.bytes],
      [TIME_INDEX_SUFFIX, this.#indexes.times.bytes],
    ];
    if (this.#aborted.length > 0) files.push([TRANSACTION_INDEX_SUFFIX, encodeTransactionIndex(this.#aborted)]);
    for (const [suffix, bytes] of files) this.#writeWhole(suffix, bytes);
    return {
      baseOffset: this.baseOffset,
      size: this.#written,
      suffixes: [LOG_SUFFIX, ...files.map(([suffix]) => suffix)],
    };
  }

  /** Lets go of the file; whoever asked for the work removes what there is. */
  abandon(): void {
    this.#log.close();
  }

  #flush(): void {
    const buffer = this.#buffer;
    if (buffer.filled === 0) return;
    this.#log.write(buffer.window.bytes, 0, buffer.filled, this.#written);
    this.#written += buffer.filled;
    buffer.filled = 0;
  }

  #writeWhole(suffix: string, bytes: Uint8Array): void {
    const file = this.#system.open(this.#path(suffix), 'w+');
    try {
      file.write(bytes, 0, bytes.length, 0);
      file.sync();
    } finally {
      file.close();
    }
  }

  #path(suffix: string): string {
    return segmentFile(this.#directory, this.baseOffset, suffix) + CLEANED_SUFFIX;
  }
}
