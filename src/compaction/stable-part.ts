/** What compaction must know of the producers of a log, beside its batches. */
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
