/** How far a group is behind: the records that its committed offsets leave to be read. */
import type { Offset, TopicPartition } from '../types.ts';
import type { GroupSummary } from './group-view.ts';

export interface PartitionLag extends TopicPartition {
  /** Null where nothing is committed. */
  readonly offset: Offset | null;
  /** Null where the log's end is not known: there is no such partition. */
  readonly endOffset: Offset | null;
  /** Null where one of them is. Below 0 where somebody has committed past the log's end. */
  readonly lag: number | null;
}

export type EndOffsetOf = (topic: string, partition: number) => Offset | null;

export function partitionLag(
  { topic, partition }: TopicPartition,
  offset: Offset | null,
  endOffset: Offset | null,
): PartitionLag {
  return {
    topic,
    partition,
    offset,
    endOffset,
    lag: offset === null || endOffset === null ? null : endOffset - offset,
  };
}

/** Of each partition that a group has committed an offset for, in no order. */
export function lagsOf({ offsets }: Pick<GroupSummary, 'offsets'>, endOf: EndOffsetOf): PartitionLag[] {
  return Array.from(offsets(), ([topic, partition, { offset }]) =>
    partitionLag({ topic, partition }, offset, endOf(topic, partition)),
  );
}

/** Of the partitions whose lag is known; null where none is. Nobody is ahead of a log by what makes up for another one. */
export function lagSum(lags: Iterable<Pick<PartitionLag, 'lag'>>): number | null {
  let sum: number | null = null;
  for (const { lag } of lags) if (lag !== null) sum = (sum ?? 0) + Math.max(0, lag);
  return sum;
}
