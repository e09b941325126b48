/** What a group has to do with each partition: where it goes on, how far it is behind, and which member reads it. */
import { type EndOffsetOf, partitionLag, type PartitionLag } from './group-lag.ts';
import { comparePartitions } from './partitions-format.ts';
import { PartitionMap } from './partition-map.ts';
import type { TopicPartition } from '../types.ts';
import type { ShownGroup, ShownMember } from './shown-group.ts';

export interface GroupPartition extends PartitionLag {
  /** Null where it is assigned to none. */
  readonly member: ShownMember | null;
}

/** Those that it has committed, and those that a member is assigned, in order. */
export function groupPartitions(
  group: Pick<ShownGroup, 'members'>,
  committed: readonly (TopicPartition & { readonly offset: number })[],
  endOf: EndOffsetOf,
): GroupPartition[] {
  const found = new PartitionMap<{ offset: number | null; member: ShownMember | null }>();
  for (const { topic, partition, offset } of committed) found.set(topic, partition, { offset, member: null });
  for (const member of group.members) {
    for (const { topic, partition } of member.partitions ?? [])
      found.set(topic, partition, { offset: found.get(topic, partition)?.offset ?? null, member });
  }
  return Array.from(found.entries(), ([topic, partition, { offset, member }]) => ({
    ...partitionLag({ topic, partition }, offset, endOf(topic, partition)),
    member,
  })).sort(comparePartitions);
}
