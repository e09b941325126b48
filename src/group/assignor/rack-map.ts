/**
 * Which members are near which partitions: in a rack that has a replica (KIP-881). Racks matter if some member is in one that has replicas, and not all
 * partitions have replicas in all racks. Members and partitions are numbers of the caller's.
 */
import type { TopicsMetadata } from './assignor.ts';

const NO_RACK = -1;

export class RackMap {
  readonly matters: boolean;
  readonly #rackOfMember: Int32Array;
  readonly #racksOfPartition: readonly (readonly number[])[];
  readonly #membersInRack: Int32Array;

  /** `memberRacks` has the rack of each member; `partitionRacks` those of each partition, all of them once. */
  constructor(memberRacks: readonly (string | null)[], partitionRacks: () => readonly (readonly string[])[]) {
    const numbers = new Map<string, number>();
    const numberOf = (rack: string): number => {
      const known = numbers.get(rack);
      if (known !== undefined) return known;
      numbers.set(rack, numbers.size);
      return numbers.size - 1;
    };
    this.#rackOfMember = new Int32Array(memberRacks.length).fill(NO_RACK);
    for (const [member, rack] of memberRacks.entries()) if (rack !== null) this.#rackOfMember[member] = numberOf(rack);
    const memberRackCount = numbers.size;
    // Nobody's rack is known in most groups: then those of partitions are not asked for.
    const racks = memberRackCount === 0 ? [] : partitionRacks().map((each) => each.map(numberOf));
    this.#racksOfPartition = racks;
    const seen = new Set(racks.flat());
    const inCommon = [...seen].some((rack) => rack < memberRackCount);
    this.matters = inCommon && racks.some((each) => each.length < seen.size);
    this.#membersInRack = new Int32Array(numbers.size);
    for (const rack of this.#rackOfMember) if (rack !== NO_RACK) this.#membersInRack[rack]++;
  }

  /** The member is in a rack that has no replica of the partition. */
  areApart(member: number, partition: number): boolean {
    const rack = this.#rackOfMember[member];
    return rack !== NO_RACK && !this.#racksOfPartition[partition].includes(rack);
  }

  /** The member is in a rack that has a replica of the partition. */
  areTogether(member: number, partition: number): boolean {
    const rack = this.#rackOfMember[member];
    return rack !== NO_RACK && this.#racksOfPartition[partition].includes(rack);
  }

  /** How many members are together with the partition. */
  membersNear(partition: number): number {
    return this.#racksOfPartition[partition].reduce((count, rack) => count + this.#membersInRack[rack], 0);
  }
}

/** The racks of all partitions of a topic, each rack once. */
export function racksOfTopic(metadata: TopicsMetadata, topic: string): string[][] {
  const count = metadata.partitionCount(topic);
  return Array.from({ length: count }, (_, partition) => [...new Set(metadata.racks(topic, partition))]);
}
