/**
 * Which partition a record goes to: the one that it names, or the one that a function chooses, or its key's, or, without a key, the one that
 * the producer sticks to for the time being.
 *
 * Sticking makes full batches (KIP-480): all records without a key go to one partition until a batch of it has been sealed, and then to
 * another one, at random, so that in the long run each gets its share.
 */
import { invalidArgument, MillraceError } from '../errors.ts';
import type { Bytes, RecordInput } from '../types.ts';
import { partitionForKey } from './murmur2.ts';

/** A record as `send` takes it. */
export interface ProducerRecord extends RecordInput {
  /** Where it is to go, whatever the partitioner would say. */
  readonly partition?: number | null;
}

export interface PartitionerInput {
  readonly topic: string;
  readonly key: Bytes | null;
  readonly partitionCount: number;
  readonly record: ProducerRecord;
}

/** Returns a partition, from 0 up to `partitionCount`; what it throws is what `send` rejects with. */
export type PartitionerFunction = (input: PartitionerInput) => number;

export type Partitioner = 'default' | PartitionerFunction;

/** For a record that may go anywhere. */
export const ANY_PARTITION = -1;

export function choosePartition(
  partitioner: Partitioner,
  topic: string,
  record: ProducerRecord,
  partitionCount: number,
): number {
  const { partition, key = null } = record;
  if (partition !== undefined && partition !== null) {
    if (!Number.isSafeInteger(partition) || partition < 0) throw invalidArgument('partition', 'a partition', partition);
    if (partition < partitionCount) return partition;
    throw new MillraceError(
      'ERR_MILLRACE_UNKNOWN_TOPIC',
      `topic "${topic}" has no partition ${partition}, it has ${partitionCount}`,
    );
  }
  if (partitioner === 'default') return key === null ? ANY_PARTITION : partitionForKey(key, partitionCount);
  const chosen = partitioner({ topic, key, partitionCount, record });
  if (Number.isSafeInteger(chosen) && chosen >= 0 && chosen < partitionCount) return chosen;
  throw invalidArgument('what the partitioner returned', `a whole number from 0 to ${partitionCount - 1}`, chosen);
}

/** The partition of a topic that records without a key go to for the time being. */
export class StickyPartition {
  readonly #random: () => number;
  #current = -1;

  /** `random` gives numbers from 0 up to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  of(partitionCount: number): number {
    if (this.#current < 0 || this.#current >= partitionCount) {
      this.#current = Math.floor(this.#random() * partitionCount);
    }
    return this.#current;
  }

  /** A batch of `partition` was sealed: on to another one, if that was it. */
  leave(partition: number, partitionCount: number): void {
    if (partition !== this.#current) return;
    if (partitionCount < 2) return;
    const step = 1 + Math.floor(this.#random() * (partitionCount - 1));
    this.#current = (partition + step) % partitionCount;
  }
}
