/** What the range assignor keeps of one topic while it deals it out: who may have how much, and what nobody has yet. Members are numbers, in their order. */
import type { TopicPartition } from '../../types.ts';
import type { TopicsMetadata } from './assignor.ts';
import { RackMap, racksOfTopic } from './rack-map.ts';

interface RangeMember {
  readonly memberId: string;
  readonly rackId: string | null;
}

export class TopicRange {
  readonly #topic: string;
  readonly members: readonly RangeMember[];
  readonly partitionCount: number;
  /** Somebody who subscribes is in a rack. */
  readonly hasRacks: boolean;
  /** Of partitions: in which racks they are, whether or not it matters. */
  readonly #racks: readonly ReadonlySet<string>[];
  readonly racksMatter: boolean;
  readonly #quota: number;
  /** So many members may still have one more than the quota. */
  #extra: number;
  readonly #assignedCounts: number[];
  readonly #unassigned: Set<number>;

  constructor(metadata: TopicsMetadata, topic: string, members: readonly RangeMember[]) {
    this.#topic = topic;
    this.members = members;
    this.partitionCount = metadata.partitionCount(topic);
    this.hasRacks = members.some(({ rackId }) => rackId !== null);
    const racks = this.hasRacks ? racksOfTopic(metadata, topic) : [];
    this.#racks = racks.map((each) => new Set(each));
    const rackIds = members.map(({ rackId }) => rackId);
    this.racksMatter = new RackMap(rackIds, () => racks).matters;
    this.#quota = Math.floor(this.partitionCount / members.length);
    this.#extra = this.partitionCount % members.length;
    this.#assignedCounts = members.map(() => 0);
    this.#unassigned = new Set(Array(this.partitionCount).keys());
  }

  /** The same for topics that have the same members in the same racks and as many partitions. */
  get likeness(): string {
    return JSON.stringify([
      this.hasRacks ? this.partitionCount : 0,
      this.members.map(({ memberId, rackId }) => [memberId, rackId]),
    ]);
  }

  /** Who is in no rack is near everything. */
  isNear(member: number, partition: number): boolean {
    const { rackId } = this.members[member];
    return rackId === null || (this.#racks[partition]?.has(rackId) ?? false);
  }

  /** So many more the member may have. */
  room(member: number): number {
    return Math.max(0, this.#quota + (this.#extra > 0 ? 1 : 0) - this.#assignedCounts[member]);
  }

  /** Each member in turn gets, up to what it may have, the first that nobody has and that it may get. */
  assignRuns(
    lists: ReadonlyMap<string, TopicPartition[]>,
    mayGet: (member: number, partition: number) => boolean,
  ): void {
    for (let member = 0; member < this.members.length && this.#unassigned.size > 0; member++) {
      const room = this.room(member);
      const run: number[] = [];
      if (room === 0) continue;
      for (const partition of this.#unassigned) {
        if (mayGet(member, partition) && run.push(partition) === room) break;
      }
      if (run.length > 0) this.assign(lists, member, run);
    }
  }

  assign(lists: ReadonlyMap<string, TopicPartition[]>, member: number, partitions: readonly number[]): void {
    const list = lists.get(this.members[member].memberId);
    for (const partition of partitions) {
      list?.push({ topic: this.#topic, partition });
      this.#unassigned.delete(partition);
    }
    this.#assignedCounts[member] += partitions.length;
    if (this.#assignedCounts[member] > this.#quota) this.#extra--;
  }
}
