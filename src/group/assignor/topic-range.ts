/** What the range assignor keeps of one topic while it deals it out: who may have how much, and what nobody has yet. */
import type { TopicPartition } from '../../types.ts';
import { racksOfTopic, RackMap } from './rack-map.ts';
import type { TopicsMetadata } from './assignor.ts';

/** A member of the group, for all topics that it subscribes to. */
export interface RangeMember {
  readonly rackId: string | null;
  readonly partitions: TopicPartition[];
}

export class TopicRange {
  readonly #topic: string;
  readonly #members: readonly RangeMember[];
  readonly partitionCount: number;
  readonly #racks: RackMap;
  readonly #quota: number;
  /** So many members may still have one more than the quota. */
  #extra: number;
  readonly #assignedCounts: Int32Array;
  readonly #unassigned: Set<number>;

  /** `members` in their order; in what follows a member goes by its place in it. */
  constructor(metadata: TopicsMetadata, topic: string, members: readonly RangeMember[]) {
    this.#topic = topic;
    this.#members = members;
    this.partitionCount = metadata.partitionCount(topic);
    this.#racks = new RackMap(
      members.map(({ rackId }) => rackId),
      () => racksOfTopic(metadata, topic),
    );
    this.#quota = Math.floor(this.partitionCount / members.length);
    this.#extra = this.partitionCount % members.length;
    this.#assignedCounts = new Int32Array(members.length);
    this.#unassigned = new Set(Array(this.partitionCount).keys());
  }

  get memberCount(): number {
    return this.#members.length;
  }

  get racksMatter(): boolean {
    return this.#racks.matters;
  }

  /** Somebody who subscribes is in a rack. */
  get hasRacks(): boolean {
    return this.#members.some(({ rackId }) => rackId !== null);
  }

  /** Who is in no rack is near everything. */
  isNear(member: number, partition: number): boolean {
    return !this.#racks.areApart(member, partition);
  }

  /** So many more the member may have. */
  room(member: number): number {
    return Math.max(0, this.#quota + (this.#extra > 0 ? 1 : 0) - this.#assignedCounts[member]);
  }

  /** Each member in turn gets, up to what it may have, the first that nobody has; where `onlyNear`, that are near it. */
  assignRuns({ onlyNear }: { onlyNear: boolean }): void {
    for (let member = 0; member < this.#members.length && this.#unassigned.size > 0; member++) {
      const room = this.room(member);
      const run: number[] = [];
      if (room === 0) continue;
      for (const partition of this.#unassigned) {
        if ((!onlyNear || this.isNear(member, partition)) && run.push(partition) === room) break;
      }
      this.assign(member, run);
    }
  }

  assign(member: number, run: readonly number[]): void {
    if (run.length === 0) return;
    for (const partition of run) {
      this.#members[member].partitions.push({ topic: this.#topic, partition });
      this.#unassigned.delete(partition);
    }
    this.#assignedCounts[member] += run.length;
    if (this.#assignedCounts[member] > this.#quota) this.#extra--;
  }
}
