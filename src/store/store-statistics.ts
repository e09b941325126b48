/** What a store tells of itself in figures. */
import type { FlushStatistics } from '../file/flusher.ts';
import type { CompactionStatistics } from './compaction-statistics.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { Topic } from './topic.ts';

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
  /** Compaction, since the store was opened. */
  readonly compaction: Readonly<CompactionStatistics>;
  /** Mappings of sealed data that are kept, and their bytes. */
  readonly windows: { readonly count: number; readonly bytes: number };
}

export function storeStatistics(
  { flusher, cache }: StoreEnvironment,
  all: Iterable<Topic>,
  compaction: Readonly<CompactionStatistics>,
): StoreStatistics {
  let [topics, partitions, openPartitions, unavailablePartitions] = [0, 0, 0, 0];
  for (const topic of all) {
    topics++;
    for (const partition of topic.partitions) {
      if (partition === null) continue;
      partitions++;
      if (partition.log !== null) openPartitions++;
      if (partition.problem !== null) unavailablePartitions++;
    }
  }
  return {
    topics,
    partitions,
    openPartitions,
    unavailablePartitions,
    flush: { ...flusher.statistics },
    recentFlushesMs: flusher.recent.sorted(),
    compaction,
    windows: { count: cache.count, bytes: cache.bytes },
  };
}
