/**
 * A value for each of some partitions, by topic name and number: a map that can be asked for a topic as a whole. Made for many of a few entries each.
 */
export class PartitionMap<T> {
  readonly #topics = new Map<string, Map<number, T>>();

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  get(topic: string, partition: number): T | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  has(topic: string, partition: number): boolean {
    return this.#topics.get(topic)?.has(partition) ?? false;
  }

  /** Those of one topic, by partition. */
  of(topic: string): ReadonlyMap<number, T> | undefined {
    return this.#topics.get(topic);
  }

  set(topic: string, partition: number, value: T): void {
    let partitions = this.#topics.get(topic);
    if (partitions === undefined) this.#topics.set(topic, (partitions = new Map()));
    partitions.set(partition, value);
  }

  /** Was there one? */
  delete(topic: string, partition: number): boolean {
    const partitions = this.#topics.get(topic);
    if (partitions === undefined || !partitions.delete(partition)) return false;
    if (partitions.size === 0) this.#topics.delete(topic);
    return true;
  }

  *entries(): Generator<[topic: string, partition: number, value: T]> {
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, value] of partitions) yield [topic, partition, value];
    }
  }
}
