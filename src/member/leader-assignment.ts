/**
 * What the leader of a group does: asks the assignor that the group has chosen who gets what. Another member's subscription that cannot be read counts as none, so that it
 * hurts nobody else.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { Assignor, MemberSubscription, RebalanceProtocol, TopicsMetadata } from '../group/assignor/assignor.ts';
import { encodeAssignment, type Assignment } from '../group/assignment-format.ts';
import type { JoinedMember, MemberAssignment } from '../group/group-requests.ts';
import { decodeSubscription, NO_GENERATION } from '../group/subscription-format.ts';
import type { Logger } from '../types.ts';
import type { StoreTopics } from './topic-subscription.ts';

export interface LeaderAssignment {
  readonly assignments: MemberAssignment[];
  /** All topics that members subscribe to, with how many partitions each had. */
  readonly partitionCounts: ReadonlyMap<string, number>;
}

export interface LeaderQuestion {
  readonly assignor: Assignor;
  readonly protocol: RebalanceProtocol;
  readonly members: readonly JoinedMember[];
  readonly topics: StoreTopics;
  readonly logger: Logger;
}

/** Errors: HANDLER for what the assignor throws, or when it gives away what others have yet. */
export function assignAsLeader({ assignor, protocol, members, topics, logger }: LeaderQuestion): LeaderAssignment {
  const subscriptions = new Map(members.map((member) => [member.memberId, subscriptionOf(member, logger)]));
  const partitionCounts = new Map<string, number>();
  for (const { topics: names } of subscriptions.values())
    for (const name of names) partitionCounts.set(name, topics.partitionCount(name));
  const metadata: TopicsMetadata = {
    partitionCount: (topic) => partitionCounts.get(topic) ?? 0,
    racks: () => [],
  };
  let assigned: ReadonlyMap<string, Assignment>;
  let assignments: MemberAssignment[];
  try {
    assigned = assignor.assign(metadata, subscriptions);
    assignments = members.map(({ memberId }) => ({
      memberId,
      assignment: new Uint8Array(encodeAssignment(assigned.get(memberId) ?? { partitions: [], userData: null })),
    }));
  } catch (error) {
    throw failed(assignor, 'failed', error);
  }
  if (protocol === 'cooperative') checkCooperative(assignor, subscriptions, assigned);
  return { assignments, partitionCounts };
}

/** The topics of all members, of a leader that was told to leave the assignment as it is. */
export function countPartitions(
  members: readonly JoinedMember[],
  topics: StoreTopics,
  logger: Logger,
): ReadonlyMap<string, number> {
  const names = new Set(members.flatMap((member) => subscriptionOf(member, logger).topics));
  return new Map(Array.from(names, (name) => [name, topics.partitionCount(name)]));
}

function subscriptionOf({ memberId, groupInstanceId, metadata }: JoinedMember, logger: Logger): MemberSubscription {
  try {
    return { ...decodeSubscription(metadata), groupInstanceId };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    logger.warn?.({ err: error, memberId }, 'the subscription of a member cannot be read: it gets no partitions');
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

/** What a member has and keeps while it joins must not be given to another one in the same generation. (ConsumerCoordinator.validateCooperativeAssignment) */
function checkCooperative(
  assignor: Assignor,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
  assigned: ReadonlyMap<string, Assignment>,
): void {
  const generation = Math.max(...Array.from(subscriptions.values(), ({ generationId }) => generationId));
  const owners = new Map<string, string>();
  for (const [memberId, { ownedPartitions, generationId }] of subscriptions) {
    // One that was away owns nothing any more, whatever it says.
    if (generationId !== generation) continue;
    for (const { topic, partition } of ownedPartitions) owners.set(`${topic} ${partition}`, memberId);
  }
  for (const [memberId, { partitions }] of assigned) {
    for (const { topic, partition } of partitions) {
      const owner = owners.get(`${topic} ${partition}`);
      if (owner === undefined || owner === memberId) continue;
      throw failed(assignor, `gave ${topic}-${partition}, which ${owner} has yet, to ${memberId}`);
    }
  }
}

function failed({ name }: Assignor, what: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_MILLRACE_HANDLER', `the assignor "${name}" ${what}`, { cause });
}
