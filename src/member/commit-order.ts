/**
 * The commits of a consumer in the order in which they were asked for, and what each has come to: an older one that is tried again must not take the place of a later one.
 * A state machine without I/O; offset-commits.ts asks the coordinator.
 */
import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import { partitionKey } from '../consumer/topic-logs.ts';
import type { GroupError } from '../group/group-requests.ts';
import type { Offset, OffsetToCommit, TopicPartition } from '../types.ts';

/** A commit, or what is left of it. */
export interface AskedCommit {
  readonly order: number;
  readonly offsets: readonly OffsetToCommit[];
  /** The partitions that the consumer had when it was asked for, by their keys. */
  readonly held: ReadonlyMap<string, AssignedPartition>;
}

const BEFORE_ALL = 0;

export class CommitOrder {
  /** Of each partition, what is committed, and by which commit. */
  readonly #last = new Map<string, { readonly offset: Offset; readonly order: number }>();
  readonly #onTheWay = new Set<AskedCommit>();
  #asked = BEFORE_ALL;

  asks(offsets: readonly OffsetToCommit[], assigned: ReadonlyMap<string, AssignedPartition>): AskedCommit {
    const held = new Map<string, AssignedPartition>();
    for (const key of offsets.map(partitionKey)) {
      const partition = assigned.get(key);
      if (partition !== undefined) held.set(key, partition);
    }
    return { order: ++this.#asked, offsets, held };
  }

  /** It is on its way to the coordinator, until `answered`. */
  sent(commit: AskedCommit): void {
    this.#onTheWay.add(commit);
  }

  /** `errors` has one for each of its offsets; none where there was no answer. */
  answered(commit: AskedCommit, errors: readonly GroupError[] = []): void {
    this.#onTheWay.delete(commit);
    for (const [i, error] of errors.entries()) {
      const { offset, ...place } = commit.offsets[i];
      const key = partitionKey(place);
      // Who has the partition now, or this consumer when it had it again, has said more.
      if (error !== null || commit.held.get(key)?.isAssigned !== true) continue;
      // The same, where a commit names a partition twice: its last word counts.
      if (this.#orderOf(key) <= commit.order) this.#last.set(key, { offset, order: commit.order });
    }
  }

  /** What neither it nor a later one has committed. */
  left(commit: AskedCommit): AskedCommit {
    return { ...commit, offsets: commit.offsets.filter((each) => this.#orderOf(partitionKey(each)) < commit.order) };
  }

  /** A later one of the same partitions is on its way: what is sent now would come after it. */
  isBehind({ order, offsets }: AskedCommit): boolean {
    const keys = new Set(offsets.map(partitionKey));
    for (const other of this.#onTheWay)
      if (other.order > order && other.offsets.some((each) => keys.has(partitionKey(each)))) return true;
    return false;
  }

  /** It begins where the group has committed. */
  begins(place: TopicPartition, offset: Offset): void {
    this.#last.set(partitionKey(place), { offset, order: BEFORE_ALL });
  }

  forget(place: TopicPartition): void {
    this.#last.delete(partitionKey(place));
  }

  /** Of these, the offsets that are not committed. */
  news(offsets: readonly OffsetToCommit[]): OffsetToCommit[] {
    return offsets.filter((each) => this.#last.get(partitionKey(each))?.offset !== each.offset);
  }

  #orderOf(key: string): number {
    return this.#last.get(key)?.order ?? BEFORE_ALL;
  }
}
