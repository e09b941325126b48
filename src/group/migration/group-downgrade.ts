/**
 * A group of the consumer protocol as a classic one: what it is when all members that are left use the classic protocol (ClassicGroup.fromConsumerGroup). Its generation is
 * the group's epoch, and each member is assigned what was its target.
 */
import { isMillraceError } from '../../errors.ts';
import type { Timestamp } from '../../types.ts';
import { ProtocolVotes } from '../classic/protocol-votes.ts';
import { classicAssignment } from '../consumer/classic-assignment.ts';
import type { ConsumerGroupState } from '../consumer/consumer-group-state.ts';
import type { ConsumerMember } from '../consumer/consumer-member.ts';
import type { GroupTopics } from '../consumer/group-topics.ts';
import type { GroupMemberMetadata, GroupMetadata } from '../group-metadata-format.ts';
import type { MemberProtocol } from '../group-requests.ts';
import { CONSUMERS } from '../offset-expiry.ts';

export interface DowngradedGroup {
  readonly metadata: GroupMetadata;
  /** Of each member all that it supports, of which the log has only the group's. */
  readonly protocols: ReadonlyMap<string, readonly MemberProtocol[]>;
  /** Why the group has to assign anew; null where it need not. */
  readonly rebalanceReason: string | null;
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
    const written = members.map((member) => writtenOf(member, protocolName, state, topics));
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
  state: ConsumerGroupState,
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
    assignment: classicAssignment(state.target(memberId), metadata, topics),
  };
}
