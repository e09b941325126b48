/**
 * The leader's part of a rebalance: reads what the members say of themselves, has an assignor assign, and writes what each of them gets. Bytes in, bytes out: the
 * members are those of a JoinGroup answer, the assignments those of a SyncGroup request.
 */
import { MillraceError } from '../../errors.ts';
import type { TopicPartition } from '../../types.ts';
import { encodeAssignment, type Assignment } from '../assignment-format.ts';
import type { JoinedMember, MemberAssignment } from '../group-requests.ts';
import { decodeSubscription, NO_GENERATION } from '../subscription-format.ts';
import type { Assignor, MemberSubscription, RebalanceProtocol, TopicsMetadata } from './assignor.ts';
import { cooperativeStickyAssignor } from './cooperative-sticky-assignor.ts';

export interface LeaderAssignment {
  /** Of all members. */
  readonly assignments: readonly MemberAssignment[];
  /** Topics that members subscribe to, whether or not they exist: a change of one of them is a reason to join again. */
  readonly topics: ReadonlySet<string>;
  /** Members whose subscription could not be read. They get nothing, and the others what is theirs. */
  readonly unreadable: readonly string[];
}

const NOTHING: Assignment = { partitions: [], userData: null };

/** ERR_MILLRACE_HANDLER if the assignor throws, or does not keep to the protocol that the group follows. */
export function assignAsLeader(
  assignor: Assignor,
  {
    protocol,
    metadata,
    members,
  }: {
    protocol: RebalanceProtocol;
    metadata: TopicsMetadata;
    members: readonly JoinedMember[];
  },
): LeaderAssignment {
  const unreadable: string[] = [];
  const subscriptions = new Map<string, MemberSubscription>();
  const topics = new Set<string>();
  for (const member of members) {
    const subscription = readable(member, unreadable);
    subscriptions.set(member.memberId, subscription);
    for (const topic of subscription.topics) topics.add(topic);
  }
  const assigned = assigning(assignor, () => assignor.assign(metadata, subscriptions));
  // Ours knows better than this check what of the claims of members that were away is to be believed.
  if (protocol === 'cooperative' && assignor !== cooperativeStickyAssignor) {
    checkCooperation(assignor, subscriptions, assigned);
  }
  const assignments = members.map(({ memberId }) => ({
    memberId,
    assignment: encodeAssignment(assigned.get(memberId) ?? NOTHING),
  }));
  return { assignments, topics, unreadable };
}

function readable({ memberId, groupInstanceId, metadata }: JoinedMember, unreadable: string[]): MemberSubscription {
  try {
    return { ...decodeSubscription(metadata), groupInstanceId };
  } catch (error) {
    // One member's damage is not to cost the others their partitions.
    if (!(error instanceof MillraceError)) throw error;
    unreadable.push(memberId);
    return {
      topics: [],
      userData: null,
      ownedPartitions: [],
      generationId: NO_GENERATION,
      rackId: null,
      groupInstanceId,
    };
  }
}

function assigning<T>(assignor: Assignor, assign: () => T): T {
  try {
    return assign();
  } catch (cause) {
    throw new MillraceError('ERR_MILLRACE_HANDLER', `the assignor ${assignor.name} failed: ${String(cause)}`, {
      cause,
    });
  }
}

/** Nothing may be given away that its owner has yet. */
function checkCooperation(
  assignor: Assignor,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
  assigned: ReadonlyMap<string, Assignment>,
): void {
  const lost = new Set<string>();
  const added = new Set<string>();
  for (const [memberId, { ownedPartitions }] of subscriptions) {
    const owned = new Set(ownedPartitions.map(nameOf));
    const has = new Set((assigned.get(memberId) ?? NOTHING).partitions.map(nameOf));
    for (const name of owned) if (!has.has(name)) lost.add(name);
    for (const name of has) if (!owned.has(name)) added.add(name);
  }
  for (const name of added) {
    if (!lost.has(name)) continue;
    const sentence = `the assignor ${assignor.name} gives ${name} away while its owner has it yet, in a group that rebalances cooperatively`;
    throw new MillraceError('ERR_MILLRACE_HANDLER', sentence);
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
