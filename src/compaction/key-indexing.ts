/**
 * The first half of a pass: the offsets of the keys in the dirty part of a log go into the map, the newest of each key last.
 *
 * Aborted data does not: it must not outdate what was committed before it. Ends where the map is full: then the pass compacts up to there, and
 * another one goes on. (`Cleaner.buildOffsetMap`.)
 */
import type { FileSystem } from '../file/file-system.ts';
import type { AbortedTransaction } from '../index/transaction-index.ts';
import { native } from '../native.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { ScanMemory } from '../segment/segment-scan.ts';
import { CleanedTransactions, transactionsFrom } from './cleaned-transactions.ts';
import type { Brake } from './compaction-control.ts';
import { controlTypeOf } from './control-type.ts';
import type { OffsetMap } from './offset-map.ts';
import { malformedRecords, recordBytes, type SealedSegment, walkSealed } from './sealed-segment.ts';

export interface IndexingOptions {
  readonly directory: string;
  /** Those that have records from `startOffset` on, and no others, in their order. */
  readonly segments: readonly SealedSegment[];
  readonly startOffset: number;
  readonly aborted: readonly AbortedTransaction[];
}

export interface IndexingReport {
  readonly bytesRead: number;
  readonly recordsRead: number;
  /** There were more keys than the map takes. */
  readonly isFull: boolean;
}

export function indexDirtyKeys(
  system: FileSystem,
  map: OffsetMap,
  options: IndexingOptions,
  brake: Brake,
): IndexingReport {
  const run = new Indexing(map, options, brake);
  const memory = new ScanMemory();
  for (const segment of options.segments) {
    walkSealed(system, options.directory, segment, memory, (header, window) => run.visit(header, window));
    if (run.isFull) break;
    // Offsets that no batch has, at a segment's end, are done too.
    map.latestOffset = segment.endOffset - 1;
  }
  const { bytesRead, recordsRead, isFull } = run;
  return { bytesRead, recordsRead, isFull };
}

class Indexing implements IndexingReport {
  bytesRead = 0;
  recordsRead = 0;
  isFull = false;
  readonly #map: OffsetMap;
  readonly #options: IndexingOptions;
  readonly #brake: Brake;
  readonly #transactions: CleanedTransactions;
  readonly #result = new Float64Array(5);

  constructor(map: OffsetMap, options: IndexingOptions, brake: Brake) {
    this.#map = map;
    this.#options = options;
    this.#brake = brake;
    this.#transactions = new CleanedTransactions(transactionsFrom(options.aborted, options.startOffset));
  }

  visit(header: BatchHeader, window: ByteWindow): boolean {
    const { size, lastOffset } = header;
    const { startOffset } = this.#options;
    this.bytesRead += size;
    this.#brake.worked(size);
    if (lastOffset < startOffset) return true;
    if (header.isControl) {
      this.recordsRead += header.recordCount;
      this.#transactions.isOver(header.producerId, controlTypeOf(header, window), lastOffset);
    } else if (this.#transactions.isAborted(header.producerId, header.isTransactional, lastOffset)) {
      this.recordsRead += header.recordCount;
    } else if (!this.#index(header, window)) return false;
    this.#map.latestOffset = lastOffset;
    return true;
  }

  /** False when a key found no room. */
  #index(header: BatchHeader, window: ByteWindow): boolean {
    const map = this.#map;
    const { bytes, start, end } = recordBytes(header, window);
    const { startOffset, directory } = this.#options;
    const { room } = map;
    const result = this.#result;
    const wellFormed = native.indexKeys(
      map.memory,
      window.bytes,
      header.position,
      bytes,
      start,
      end,
      startOffset,
      room,
      result,
    );
    if (!wellFormed) throw malformedRecords(header, directory);
    map.count += result[0];
    this.recordsRead += result[2];
    if (result[1] === 0) return true;
    this.isFull = true;
    if (result[3] > map.latestOffset) map.latestOffset = result[3];
    return false;
  }
}
