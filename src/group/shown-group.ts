/**
 * A group of either protocol as people are shown it: by the command line, on a broker's page, from a directory that another process writes. Names stand where the
 * protocols have bytes and ids.
 */
import type { TopicPartition } from '../types.ts';
import type { ConsumerGroupDescription, DescribedPartitions } from './consumer/consumer-requests.ts';
import type { GroupDescription, GroupState } from './group-requests.ts';
import { memberPartitions } from './member-partitions.ts';
import { comparePartitions } from './partitions-format.ts';

export interface ShownMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** What it is assigned, in order; null where its leader has written something else, as those of Connect's workers do. */
  readonly partitions: readonly TopicPartition[] | null;
  /** Of the consumer protocol: the epoch that it has come to; null of the classic one. */
  readonly epoch: number | null;
  /** Of the consumer protocol: what it is to have, in order; null of the classic one. */
  readonly target: readonly TopicPartition[] | null;
}

export interface ShownGroup {
  readonly groupId: string;
  /** KIP-848's `group.protocol`. */
  readonly type: 'classic' | 'consumer';
  readonly state: GroupState;
  /** `consumer`, `connect`, ...; empty for a group that has never had members. */
  readonly protocolType: string;
  /** Empty for none. */
  readonly assignor: string;
  /** Of the consumer protocol: its epoch, and that in which it was assigned last; null of the classic one. */
  readonly epoch: number | null;
  readonly assignmentEpoch: number | null;
  readonly members: readonly ShownMember[];
}

/** Null for a group that there is not. */
export function shownClassic(group: GroupDescription): ShownGroup | null {
  const { error, groupId, state, protocolType, protocolName: assignor } = group;
  if (error !== null) return null;
  const members = group.members.map((member): ShownMember => {
    const { memberId, groupInstanceId, clientId, clientHost } = member;
    const partitions = memberPartitions(group, member);
    return { memberId, groupInstanceId, clientId, clientHost, partitions, epoch: null, target: null };
  });
  return { groupId, type: 'classic', state, protocolType, assignor, epoch: null, assignmentEpoch: null, members };
}

export function shownConsumer(group: ConsumerGroupDescription): ShownGroup {
  const { groupId, state, assignor, epoch, assignmentEpoch } = group;
  const members = group.members.map((member): ShownMember => {
    const { memberId, instanceId: groupInstanceId, clientId, clientHost, memberEpoch } = member;
    const [partitions, target] = [named(member.assignment), named(member.target)];
    return { memberId, groupInstanceId, clientId, clientHost, partitions, epoch: memberEpoch, target };
  });
  return { groupId, type: 'consumer', state, protocolType: 'consumer', assignor, epoch, assignmentEpoch, members };
}

function named(topics: readonly DescribedPartitions[]): TopicPartition[] {
  return topics
    .flatMap(({ topicName: topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
    .sort(comparePartitions);
}
