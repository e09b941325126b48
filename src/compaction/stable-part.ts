/** What compaction must know of the transactions and producers of a log, beside its batches. */
import type { AbortedTransaction } from '../index/transaction-index.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { LastRecord } from './batch-filter.ts';

/** What each producer wrote last, of those whose next sequence is still to be checked. (`UnifiedLog.lastRecordsOfActiveProducers`.) */
export function lastRecords(log: PartitionLog): LastRecord[] {
  return log.activeProducers.map(({ producerId, producerEpoch, lastOffset }) => ({
    producerId,
    producerEpoch,
    lastDataOffset: lastOffset,
  }));
}

/** The aborted transactions that have records in [from, to), in the segments of the log. */
export function abortedTransactions(log: PartitionLog, from: number, to: number): AbortedTransaction[] {
  return log.abortedInSegments(from, to);
}
