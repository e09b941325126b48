/** What a producer asks of the store that it writes to. */
import type { PartitionLog } from '../log/partition-log.ts';

export interface TopicLogs {
  /** Throws UNKNOWN_TOPIC when there is no such topic (any more). */
  partitionCount(topic: string): number;
  /** The log of a partition, open. Throws what opening it throws. */
  partition(topic: string, partition: number): PartitionLog;
}
