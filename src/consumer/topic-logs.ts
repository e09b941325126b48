/** What a consumer needs of a store, and how callers name partitions. */
import { invalidArgument } from '../errors.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { OffsetSpec } from '../log/timestamp-lookup.ts';
import type { Offset, Timestamp, TopicPartition } from '../types.ts';
import type { Isolation } from './consumer-options.ts';

export interface TopicLogs {
  topic(name: string): { readonly partitions: number };
  /** Throws UNKNOWN_TOPIC, or CLOSED for all of them. */
  partition(topic: string, partition: number): LogReader;
}

/**
 * An offset, an end of the log, or a record by its time, and the end when there is none: the first one that is of this time or later, or the
 * first one with the largest timestamp.
 */
export type SeekTarget = Offset | 'beginning' | 'end' | 'maxTimestamp' | { readonly timestamp: Timestamp };

/** A partition, and where to begin in it; without `offset` it begins where `autoOffsetReset` says. */
export interface PartitionToAssign extends TopicPartition {
  readonly offset?: SeekTarget;
}

/** The name of a topic stands for all partitions that it has now. */
export type Assignable = string | PartitionToAssign;

/** One string for each partition: no topic's name has a space. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}

export function showPartition({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

export function checkPartition(name: string, value: unknown): TopicPartition {
  const { topic, partition } = (typeof value === 'object' && value !== null ? value : {}) as Partial<TopicPartition>;
  if (typeof topic !== 'string') throw invalidArgument(name, '{ topic, partition }', value);
  if (!Number.isSafeInteger(partition) || partition! < 0)
    throw invalidArgument(`the partition of "${topic}"`, 'a whole number from 0 on', partition);
  return { topic, partition: partition! };
}

export function checkPartitions(values: unknown): TopicPartition[] {
  if (!Array.isArray(values)) throw invalidArgument('partitions', 'an array of { topic, partition }', values);
  return values.map((value) => checkPartition('each of partitions', value));
}

/** Each partition that was named, once: the last word on where it begins counts. */
export function expandAssignment(logs: TopicLogs, wanted: unknown): PartitionToAssign[] {
  if (!Array.isArray(wanted)) throw invalidArgument('assign', 'an array of topics or { topic, partition }', wanted);
  const found = new Map<string, PartitionToAssign>();
  for (const each of wanted as readonly unknown[]) {
    if (typeof each === 'string') {
      const { partitions } = logs.topic(each);
      for (let partition = 0; partition < partitions; partition++) {
        const place = { topic: each, partition };
        if (!found.has(partitionKey(place))) found.set(partitionKey(place), place);
      }
    } else {
      const place = checkPartition('each of assign', each);
      found.set(partitionKey(place), { ...place, offset: (each as PartitionToAssign).offset });
    }
  }
  return [...found.values()];
}

/**
 * Where a log ends now for a reader: of committed records at the last stable offset, as Kafka's consumers have it. A log that another process writes
 * looks for what is new when it is read at its known end.
 */
export function presentEnd(log: LogReader, isolation: Isolation = 'read_uncommitted'): Offset {
  log.read(log.endOffset, { maxBytes: 0 });
  return isolation === 'read_committed' ? log.lastStableOffset : log.endOffset;
}

/** The offset that a target means now. Throws OFFSET_OUT_OF_RANGE for one outside the log. */
export function resolveTarget(log: LogReader, target: unknown, isolation: Isolation = 'read_uncommitted'): Offset {
  if (target === 'beginning') return log.startOffset;
  if (target === 'end') return presentEnd(log, isolation);
  if (typeof target === 'number') {
    if (!Number.isSafeInteger(target) || target < 0) throw invalidArgument('offset', 'an offset', target);
    if (target < log.startOffset || target >= log.endOffset) log.read(target, { maxBytes: 0 });
    return target;
  }
  if (target === 'maxTimestamp' || (typeof target === 'object' && target !== null && 'timestamp' in target)) {
    const end = presentEnd(log, isolation);
    return Math.min(log.offsetOf(target as OffsetSpec)?.offset ?? end, end);
  }
  throw invalidArgument('offset', "an offset, 'beginning', 'end', 'maxTimestamp' or { timestamp }", target);
}
