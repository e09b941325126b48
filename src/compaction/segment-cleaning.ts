/**
 * The second half of a pass: the records of a group of sealed segments that survive, written as one new segment, or as several where one cannot
 * hold them. (`Cleaner.cleanSegments`.)
 */
import type { FileSystem } from '../file/file-system.ts';
import { MAX_TIMESTAMP } from '../record/batch-format.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { readInt64 } from '../record/int64.ts';
import type { IndexSettings } from '../segment/growing-indexes.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { ScanMemory } from '../segment/segment-scan.ts';
import { BatchFilter, type FilterRules } from './batch-filter.ts';
import { CleanedBuffer, type CleanedFacts, CleanedSegment } from './cleaned-segment.ts';
import { CleanedTransactions, type TransactionsState } from './cleaned-transactions.ts';
import type { Brake } from './compaction-control.ts';
import { writeEmptyBatch } from './empty-batch.ts';
import type { OffsetMap } from './offset-map.ts';
import { type SealedSegment, walkSealed } from './sealed-segment.ts';

export interface CleaningOptions {
  readonly directory: string;
  /** Neighbours, in their order. */
  readonly segments: readonly SealedSegment[];
  readonly transactions: TransactionsState;
  readonly rules: FilterRules;
  readonly indexes: IndexSettings;
}

export interface CleaningReport {
  /** What takes the place of the segments: `.cleaned` files, on stable storage. */
  readonly segments: readonly CleanedFacts[];
  readonly transactions: TransactionsState;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly recordsRead: number;
  readonly recordsKept: number;
  readonly recordsWithoutKey: number;
}

export function cleanSegments(
  system: FileSystem,
  map: OffsetMap,
  options: CleaningOptions,
  brake: Brake,
): CleaningReport {
  const run = new Cleaning(system, map, options, brake);
  try {
    return run.run();
  } finally {
    run.close();
  }
}

class Cleaning {
  readonly #system: FileSystem;
  readonly #options: CleaningOptions;
  readonly #brake: Brake;
  readonly #transactions: CleanedTransactions;
  readonly #filter: BatchFilter;
  readonly #buffer = new CleanedBuffer();
  readonly #finished: CleanedFacts[] = [];
  #open: CleanedSegment | null = null;
  #bytesRead = 0;
  /** Of the segment that is read. */
  #modifiedMs: number | null = null;

  constructor(system: FileSystem, map: OffsetMap, options: CleaningOptions, brake: Brake) {
    this.#system = system;
    this.#options = options;
    this.#brake = brake;
    this.#transactions = new CleanedTransactions(options.transactions, (transaction) =>
      this.#open!.keepAborted(transaction),
    );
    this.#filter = new BatchFilter(map, this.#transactions, options.rules, options.directory);
  }

  run(): CleaningReport {
    const { segments, directory } = this.#options;
    this.#open = this.#begin(segments[0].baseOffset);
    const memory = new ScanMemory();
    for (const segment of segments) {
      const path = segmentFile(directory, segment.baseOffset, LOG_SUFFIX);
      this.#modifiedMs = this.#system.entry(path)?.modifiedMs ?? null;
      walkSealed(this.#system, directory, segment, memory, (header, window) => {
        this.#take(header, window);
        return true;
      });
    }
    this.#finish();
    const { recordsRead, recordsKept, recordsWithoutKey } = this.#filter;
    return {
      segments: this.#finished,
      transactions: this.#transactions.state,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#finished.reduce((sum, { size }) => sum + size, 0),
      recordsRead,
      recordsKept,
      recordsWithoutKey,
    };
  }

  close(): void {
    this.#open?.abandon();
    this.#open = null;
  }

  #take(header: BatchHeader, window: ByteWindow): void {
    const { size, lastOffset } = header;
    this.#bytesRead += size;
    this.#brake.worked(size);
    const filter = this.#filter;
    const verdict = filter.judge(header, window);
    if (verdict === 'drop') return;
    const { position } = header;
    const sizeMax = verdict === 'rewrite' ? filter.writtenSizeMax(header) : size;
    const out = this.#room(header.baseOffset, sizeMax, lastOffset);
    const at = this.#buffer.filled;
    let written = size;
    if (verdict === 'copy') out.bytes.set(window.bytes.subarray(position, position + size), at);
    else if (verdict === 'rewrite') written = filter.write(header, window, out, at);
    else written = writeEmptyBatch(window.bytes.subarray(position), out, at);
    this.#open!.add(written, lastOffset, readInt64(out.view, at + MAX_TIMESTAMP));
    this.#brake.worked(written);
  }

  /** Room in the open segment, or in a new one where it cannot hold the batch. */
  #room(baseOffset: number, sizeMax: number, lastOffset: number): ByteWindow {
    if (this.#open!.overflows(sizeMax, lastOffset)) {
      this.#finish();
      this.#open = this.#begin(baseOffset);
    }
    return this.#open!.room(sizeMax);
  }

  #begin(baseOffset: number): CleanedSegment {
    const { directory, indexes } = this.#options;
    return new CleanedSegment(this.#system, directory, { baseOffset, indexes, buffer: this.#buffer });
  }

  #finish(): void {
    this.#finished.push(this.#open!.finish(this.#modifiedMs));
    this.#open = null;
  }
}
