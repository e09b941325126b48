/** What a store tells of itself in figures. */
import type { FlushStatistics } from '../file/flusher.ts';
import type { CompactionStatistics } from './compaction-statistics.ts';

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
