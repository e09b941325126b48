/**
 * What compaction must know of the transactions and producers of a log, beside its batches.
 *
 * A log keeps no state of producers yet: then nothing of it is unstable, nobody's sequence has to be kept, and which transactions were aborted stands in the
 * index files alone.
 */
import type { FileSystem } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { type AbortedTransaction, collectAborted, decodeTransactionIndex } from '../index/transaction-index.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { segmentFile, TRANSACTION_INDEX_SUFFIX } from '../segment/segment-files.ts';
import type { LastRecord } from './batch-filter.ts';

/** Records from here on may be of transactions that are not decided. */
export function lastStableOffset(log: PartitionLog): number {
  return log.endOffset;
}

/** What each producer wrote last, of those whose next sequence is still to be checked. */
export function lastRecords(_log: PartitionLog): LastRecord[] {
  return [];
}

/** The aborted transactions that have records in [from, to), by the segments from `from` on. */
export function abortedTransactions(
  system: FileSystem,
  log: PartitionLog,
  from: number,
  to: number,
): AbortedTransaction[] {
  const found: AbortedTransaction[] = [];
  const bases = [...log.sealedSegments.map(({ baseOffset }) => baseOffset), log.activeBaseOffset];
  for (const [i, baseOffset] of bases.entries()) {
    if ((bases[i + 1] ?? Infinity) <= from) continue;
    const path = segmentFile(log.directory, baseOffset, TRANSACTION_INDEX_SUFFIX);
    const entries = decodeTransactionIndex(readWholeFile(system, path), path, baseOffset);
    const { transactions, complete } = collectAborted(entries, from, to);
    found.push(...transactions);
    if (complete) break;
  }
  return found;
}
