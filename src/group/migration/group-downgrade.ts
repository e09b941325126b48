/**
 * A group of the consumer protocol as a classic one: what it is when all members that are left use the classic protocol (ClassicGroup.fromConsumerGroup). Its generation is
 * the group's epoch, and what is written as each member's assignment is what was its target.
 *
 * A group that assigns anew keeps in mind what each still has instead: it may become one of the consumer protocol again before it has, and then nobody may be given what
 * somebody has not let go of. Kafka does not keep that apart.
 */
import { isMillraceError } from '../../errors.ts';
import type { Timestamp } from '../../types.ts';
import type { PartitionsById } from '../assignor/server-assignor.ts';
import { ProtocolVotes } from '../classic/protocol-votes.ts';
import { classicAssignment } from '../consumer/classic-assignment.ts';
import type { ConsumerGroupState } from '../consumer/consumer-group-state.ts';
import type { ConsumerMember } from '../consumer/consumer-member.ts';
import type { GroupTopics } from '../consumer/group-topics.ts';
import { united } from '../consumer/partition-sets.ts';
import type { GroupMemberMetadata, GroupMetadata } from '../group-metadata-format.ts';
import type { MemberProtocol } from '../group-requests.ts';
import { CONSUMERS } from '../offset-expiry.ts';

export interface DowngradedGroup {
  readonly metadata: GroupMetadata;
  /** Of each member all that it supports, of which the log has only the group's. */
  readonly protocols: ReadonlyMap<string, readonly MemberProtocol[]>;
  /** Why the group has to assign anew; null where it need not. */
  readonly rebalanceReason: string | null;
  /** What each has, or has not let go of yet, as the bytes of an assignment. */
  readonly held: ReadonlyMap<string, Uint8Array>;
}

export interface DowngradeFacts {
  /** Those who stay; all of them use the classic protocol. The last one to come stands at the end. */
  readonly members: readonly ConsumerMember[];
  readonly generationId: number;
  readonly topics: GroupTopics;
  readonly now: Timestamp;
  readonly rebalanceReason: string | null;
}

/** Null where what a member says of itself cannot be read. */
export function downgraded(
  state: ConsumerGroupState,
  { members, generationId, topics, now, rebalanceReason }: DowngradeFacts,
): DowngradedGroup | null {
  const protocolName = selected(members);
  try {
    const written = members.map((member) => writtenOf(member, protocolName, state.target(member.memberId), topics));
    const held = members.map((member) => {
      const { assigned, revoking } = member.current;
      return [member.memberId, writtenOf(member, protocolName, united(assigned, revoking), topics).assignment] as const;
    });
    return {
      metadata: {
        protocolType: CONSUMERS,
        generationId,
        protocolName,
        leader: members[0].memberId,
        stateTimestamp: now,
        members: written,
      },
      protocols: new Map(members.map(({ memberId, subscription }) => [memberId, subscription.classic!.protocols])),
      rebalanceReason,
      held: new Map(held),
    };
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) return null;
    throw error;
  }
}

function selected(members: readonly ConsumerMember[]): string {
  const votes = new ProtocolVotes();
  const voters = members.map(({ subscription }) => subscription.classic!);
  for (const { protocols } of voters) votes.add(protocols);
  return votes.select(voters);
}

function writtenOf(
  { memberId, subscription }: ConsumerMember,
  protocolName: string,
  partitions: PartitionsById,
  topics: GroupTopics,
): GroupMemberMetadata {
  const { instanceId, clientId, clientHost, rebalanceTimeoutMs, classic } = subscription;
  const { sessionTimeoutMs, protocols } = classic!;
  const { metadata } = protocols.find(({ name }) => name === protocolName)!;
  return {
    memberId,
    groupInstanceId: instanceId,
    clientId,
    clientHost,
    rebalanceTimeoutMs,
    sessionTimeoutMs,
    subscription: metadata,
    assignment: classicAssignment(partitions, metadata, topics),
  };
}
