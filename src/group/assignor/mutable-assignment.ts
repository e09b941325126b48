/** A member's assignment while it is worked out: copied when it is first changed, so that what does not change stays the map that it was. */
import type { PartitionsById } from './server-assignor.ts';

export class MutableAssignment {
  readonly #before: PartitionsById;
  #changed: Map<string, Set<number>> | null = null;

  constructor(before: PartitionsById) {
    this.#before = before;
  }

  get value(): PartitionsById {
    return this.#changed ?? this.#before;
  }

  add(topicId: string, partition: number): void {
    const changed = this.#copy();
    const partitions = changed.get(topicId);
    if (partitions === undefined) changed.set(topicId, new Set([partition]));
    else partitions.add(partition);
  }

  /** A topic of which nothing is left goes. */
  remove(topicId: string, partition: number): void {
    const changed = this.#copy();
    const partitions = changed.get(topicId);
    partitions?.delete(partition);
    if (partitions?.size === 0) changed.delete(topicId);
  }

  removeTopic(topicId: string): void {
    this.#copy().delete(topicId);
  }

  #copy(): Map<string, Set<number>> {
    this.#changed ??= new Map(Array.from(this.#before, ([topicId, partitions]) => [topicId, new Set(partitions)]));
    return this.#changed;
  }
}
