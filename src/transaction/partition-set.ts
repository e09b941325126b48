/** The partitions of a transaction: a set of pairs, in the order in which they were added. Never changed, only made anew. */
import type { TopicPartition } from '../types.ts';

export class PartitionSet implements Iterable<TopicPartition> {
  static readonly none = new PartitionSet([]);
  readonly #partitions: ReadonlyMap<string, TopicPartition>;

  constructor(partitions: Iterable<TopicPartition>) {
    const byName = new Map<string, TopicPartition>();
    for (const { topic, partition } of partitions)
      byName.set(partitionName({ topic, partition }), { topic, partition });
    this.#partitions = byName;
  }

  get size(): number {
    return this.#partitions.size;
  }

  has(partition: TopicPartition): boolean {
    return this.#partitions.has(partitionName(partition));
  }

  hasAll(partitions: Iterable<TopicPartition>): boolean {
    for (const partition of partitions) if (!this.has(partition)) return false;
    return true;
  }

  equals(other: PartitionSet): boolean {
    return this.size === other.size && this.hasAll(other);
  }

  with(partitions: Iterable<TopicPartition>): PartitionSet {
    return new PartitionSet([...this, ...partitions]);
  }

  /** Partition numbers by topic. */
  byTopic(): { topic: string; partitions: number[] }[] {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of this) {
      const partitions = topics.get(topic);
      if (partitions === undefined) topics.set(topic, [partition]);
      else partitions.push(partition);
    }
    return Array.from(topics, ([topic, partitions]) => ({ topic, partitions }));
  }

  [Symbol.iterator](): IterableIterator<TopicPartition> {
    return this.#partitions.values();
  }
}

/** No topic has a slash in its name. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
