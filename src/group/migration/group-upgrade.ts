/**
 * A classic group as one of the consumer protocol: what is written when the first member with the new protocol comes (ConsumerGroup.fromClassicGroup). Its members go on in
 * the generation that they know as their epoch, with what they were assigned as their target; each must be a consumer whose assignor keeps nothing in assignments.
 */
import { isMillraceError } from '../../errors.ts';
import { decodeAssignment } from '../assignment-format.ts';
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { GroupMember } from '../classic/group-member.ts';
import type { ConsumerGroupSettings } from '../consumer/consumer-environment.ts';
import type { ClassicBefore } from '../consumer/consumer-groups.ts';
import type { MemberSubscription } from '../consumer/consumer-member.ts';
import type { ConsumerRecord } from '../consumer/consumer-record.ts';
import type { Refusal } from '../consumer/consumer-requests.ts';
import type { GroupTopics } from '../consumer/group-topics.ts';
import { NO_PARTITIONS } from '../consumer/partition-sets.ts';
import type { TopicsHash } from '../consumer/topics-hash.ts';
import { partitionsById } from '../consumer/topic-partitions.ts';
import { encodeGroupKey } from '../group-metadata-format.ts';
import type { ClassicGroupState } from '../group-requests.ts';
import { CONSUMERS } from '../offset-expiry.ts';
import { decodeSubscription } from '../subscription-format.ts';
import { allowsUpgrade } from './migration-policy.ts';

export interface UpgradingGroup {
  readonly groupId: string;
  readonly state: ClassicGroupState;
  readonly protocolType: string | null;
  readonly memberCount: number;
  readonly generationId: number;
  /** Null before the first generation. */
  readonly protocolName: string | null;
  readonly roll: Iterable<GroupMember>;
}

export interface UpgradeFacts {
  readonly topics: GroupTopics;
  readonly hash: TopicsHash;
}

interface UpgradeFault {
  /** Why the group cannot be one of the consumer protocol, for people. */
  readonly fault: string;
}

interface UpgradedMember {
  readonly memberId: string;
  readonly subscription: MemberSubscription;
  readonly partitions: PartitionsById;
}

/** For a heartbeat of the consumer protocol to a classic group. One without members is no more than a name, and need not be able to. */
export function upgrade(
  group: UpgradingGroup,
  memberEpoch: number,
  { settings, ...facts }: UpgradeFacts & { readonly settings: ConsumerGroupSettings },
): ClassicBefore | Refusal {
  const { groupId, state, protocolType, memberCount } = group;
  const { groupConsumerMaxSize: max, groupConsumerMigrationPolicy: policy } = settings;
  const tombstone = { key: encodeGroupKey(groupId), value: null };
  if (memberEpoch !== 0) return refusal(groupId, 'it is of the classic protocol');
  if (state === 'Empty') return { tombstone, records: [] };
  if (!allowsUpgrade(policy)) return refusal(groupId, `group.consumer.migration.policy is ${policy}`);
  if (protocolType !== CONSUMERS) return refusal(groupId, `its members are not consumers but "${protocolType}"`);
  if (memberCount > max) return refusal(groupId, `it has ${memberCount} members, and may have no more than ${max}`);
  const records = upgradeRecords(group, facts);
  return 'fault' in records ? refusal(groupId, records.fault) : { tombstone, records };
}

function refusal(groupId: string, why: string): Refusal {
  return { error: 'GROUP_ID_NOT_FOUND', message: `the group ${groupId} is no consumer group: ${why}` };
}

/** In the order in which Kafka writes them. */
function upgradeRecords(group: UpgradingGroup, { topics, hash }: UpgradeFacts): ConsumerRecord[] | UpgradeFault {
  const { groupId, generationId: epoch } = group;
  const members: UpgradedMember[] = [];
  try {
    for (const member of group.roll) {
      const partitions = partitionsOf(member, topics);
      if (partitions === null) return { fault: 'its assignor keeps data in assignments, which would be lost' };
      members.push({
        memberId: member.memberId,
        subscription: subscriptionOf(member, group.protocolName),
        partitions,
      });
    }
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE'))
      throw error;
    return { fault: `what a member says of itself cannot be read: ${error.message}` };
  }
  const subscribed = new Set(members.flatMap(({ subscription }) => [...subscription.topicNames]));
  const current = { epoch, previousEpoch: epoch, state: 'stable', revoking: NO_PARTITIONS } as const;
  return [
    ...members.map(
      ({ memberId, subscription }) => ({ kind: 'member', groupId, memberId, value: subscription }) as const,
    ),
    { kind: 'group', groupId, value: { epoch, metadataHash: hash.of(subscribed) } },
    ...members.map(({ memberId, partitions }) => ({ kind: 'target', groupId, memberId, value: partitions }) as const),
    { kind: 'targetEpoch', groupId, value: epoch },
    ...members.map(
      ({ memberId, partitions }) =>
        ({ kind: 'current', groupId, memberId, value: { ...current, assigned: partitions } }) as const,
    ),
  ];
}

/** Null where more than partitions was assigned. Nothing yet to who has never synced. */
function partitionsOf({ assignment }: GroupMember, topics: GroupTopics): PartitionsById | null {
  if (assignment.length === 0) return NO_PARTITIONS;
  const { partitions, userData } = decodeAssignment(assignment);
  return userData !== null && userData.length > 0 ? null : partitionsById(partitions, topics);
}

/** Of a member that came after the last generation the group's protocol need not be known. */
function subscriptionOf(member: GroupMember, protocolName: string | null): MemberSubscription {
  const { protocols, sessionTimeoutMs } = member;
  const { metadata } = protocols.find(({ name }) => name === protocolName) ?? protocols[0];
  const { topics, rackId } = decodeSubscription(metadata);
  return {
    instanceId: member.groupInstanceId,
    rackId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    topicNames: new Set(topics),
    topicPattern: '',
    rebalanceTimeoutMs: member.rebalanceTimeoutMs,
    assignor: null,
    classic: { sessionTimeoutMs, protocols },
  };
}
