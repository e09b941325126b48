/** What the web page shows of consumer groups, as JSON: bounded whatever the number of groups, members and partitions. */
import { groupPartitions } from '../../group/group-partitions.ts';
import { showPartitions } from '../../group/member-partitions.ts';
import { SHOWN_MEMBERS_MAX, SHOWN_PARTITIONS_MAX } from '../../limits.ts';
import type { Store } from '../../store/store.ts';

export interface GroupState {
  readonly name: string;
  readonly state: string;
  /** Empty for none. */
  readonly assignor: string;
  readonly members: number;
  /** That it has committed offsets for. */
  readonly partitions: number;
  /** Null while it has committed nothing. */
  readonly lag: number | null;
  /** The same at each look, the oldest first. */
  readonly lags: readonly number[];
}

export interface GroupPartitionState {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | null;
  readonly endOffset: number | null;
  readonly lag: number | null;
  /** The client id of the member that reads it. */
  readonly clientId: string | null;
}

export interface GroupMemberState {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  readonly assignment: string;
}

export interface GroupDetail {
  readonly name: string;
  readonly partitions: readonly GroupPartitionState[];
  readonly members: readonly GroupMemberState[];
}

/** Null for a group that there is not. */
export async function groupDetail(store: Store, name: string): Promise<GroupDetail | null> {
  const group = await store.groups.show(name);
  if (group === null) return null;
  const committed = await store.committedOffsets(name);
  const partitions = groupPartitions(group, committed, (topic, partition) => store.endOffset(topic, partition));
  return {
    name,
    partitions: partitions.slice(0, SHOWN_PARTITIONS_MAX).map(({ member, ...each }) => ({
      ...each,
      clientId: member?.clientId ?? null,
    })),
    members: group.members.slice(0, SHOWN_MEMBERS_MAX).map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: showPartitions(member.partitions),
    })),
  };
}
