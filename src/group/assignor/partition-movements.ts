/**
 * What has moved from whom to whom while a group is balanced. Of two members and one topic nothing moves both ways: where something has come back, that one goes
 * home instead. (AbstractStickyAssignor.PartitionMovements.)
 */
export class PartitionMovements {
  readonly #memberCount: number;
  /** Topic to pair of members to the partitions that have moved between them. */
  readonly #byTopic = new Map<number, Map<number, Set<number>>>();
  readonly #pairOf = new Map<number, number>();

  constructor(memberCount: number) {
    this.#memberCount = memberCount;
  }

  /** What is to move so that `partition` of `topic` does not have to go from one member to the other: itself, or one that came the other way. */
  standIn(partition: number, { topic, from, to }: { topic: number; from: number; to: number }): number {
    const known = this.#pairOf.get(partition);
    const home = known === undefined ? from : Math.floor(known / this.#memberCount);
    const back = this.#byTopic.get(topic)?.get(this.#pair(to, home));
    return back?.values().next().value ?? partition;
  }

  /** `partition` of `topic` moves. Of several moves only where it began and where it ended counts. */
  move(partition: number, { topic, from, to }: { topic: number; from: number; to: number }): void {
    const known = this.#pairOf.get(partition);
    let home = from;
    if (known !== undefined) {
      home = Math.floor(known / this.#memberCount);
      this.#forget(partition, topic, known);
      if (home === to) return;
    }
    const pair = this.#pair(home, to);
    this.#pairOf.set(partition, pair);
    const pairs = this.#byTopic.get(topic) ?? new Map<number, Set<number>>();
    this.#byTopic.set(topic, pairs);
    const moved = pairs.get(pair) ?? new Set<number>();
    pairs.set(pair, moved);
    moved.add(partition);
  }

  #forget(partition: number, topic: number, pair: number): void {
    this.#pairOf.delete(partition);
    const pairs = this.#byTopic.get(topic);
    const moved = pairs?.get(pair);
    moved?.delete(partition);
    if (moved?.size === 0) pairs?.delete(pair);
  }

  #pair(from: number, to: number): number {
    return from * this.#memberCount + to;
  }
}
