/** What is left of a set of partitions as one after the other is done with: many of them must not take the square of their number. */
import type { TopicPartition } from '../types.ts';
import { partitionName } from './partition-set.ts';

export class RemainingPartitions implements Iterable<TopicPartition> {
  readonly #left: Map<string, TopicPartition>;

  constructor(partitions: Iterable<TopicPartition> = []) {
    this.#left = new Map(Array.from(partitions, (partition) => [partitionName(partition), partition]));
  }

  get size(): number {
    return this.#left.size;
  }

  /** One that is not left changes nothing. */
  done(partition: TopicPartition): void {
    this.#left.delete(partitionName(partition));
  }

  [Symbol.iterator](): IterableIterator<TopicPartition> {
    return this.#left.values();
  }
}
