/** `__consumer_offsets`, as the coordinator of groups has it of its store. Types only. */
import type { PartitionLog } from '../log/partition-log.ts';
import type { Offset } from '../types.ts';

export interface OffsetsTopic {
  /** 0 as long as there is no topic. */
  readonly partitionCount: number;
  /** Makes it where there is none. */
  make(): Promise<void>;
  /** Where the log of one ends; it is not opened for that. */
  endOffset(index: number): Offset;
  /** Opens a log. Throws what opening it throws. */
  partition(index: number): PartitionLog;
}
