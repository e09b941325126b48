/** What a store counts: told at once, from what is known without opening anything. */
import type { FlushStatistics } from '../file/flusher.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { RetentionStatistics } from './retention.ts';
import type { TransactionStatistics } from '../transaction/transactions.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { Partition } from './topic.ts';

/** A partition whose log is open. */
export interface OpenPartition {
  readonly topic: string;
  readonly partition: number;
  readonly log: PartitionLog;
}

export interface StoreStatistics {
  readonly topics: number;
  readonly partitions: number;
  readonly openPartitions: number;
  /** Partitions that `partition` cannot open, and says why. */
  readonly unavailablePartitions: number;
  /** Rounds of the flusher, since the store was opened. */
  readonly flush: Readonly<FlushStatistics>;
  /** How long the newest rounds took, ascending, at most 1,024 of them. */
  readonly recentFlushesMs: Float64Array;
  /** Mappings of sealed data that are kept, and their bytes. */
  readonly windows: { readonly count: number; readonly bytes: number };
  readonly retention: RetentionStatistics;
  /** Zeros until a transactional producer is used, or a store is opened that had some. */
  readonly transactions: TransactionStatistics;
}

export function storeStatistics(
  { flusher, cache }: StoreEnvironment,
  topics: number,
  all: Iterable<Partition>,
  { retention, transactions }: Pick<StoreStatistics, 'retention' | 'transactions'>,
): StoreStatistics {
  let [partitions, openPartitions, unavailablePartitions] = [0, 0, 0];
  for (const partition of all) {
    partitions++;
    if (partition.log !== null) openPartitions++;
    if (partition.problem !== null) unavailablePartitions++;
  }
  return {
    topics,
    partitions,
    openPartitions,
    unavailablePartitions,
    flush: { ...flusher.statistics },
    recentFlushesMs: flusher.recent.sorted(),
    windows: { count: cache.count, bytes: cache.bytes },
    retention,
    transactions,
  };
}

export function openPartitionsOf(all: Iterable<Partition>): OpenPartition[] {
  const open: OpenPartition[] = [];
  for (const { topic, index, log } of all) {
    if (log !== null) open.push({ topic: topic.name, partition: index, log });
  }
  return open;
}
