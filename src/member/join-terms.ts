/**
 * What a member brings to a join, and what comes of it: its subscription for each assignor that it offers, the assignments that it makes when it leads, and the one that it gets. No
 * I/O.
 */
import { MillraceError } from '../errors.ts';
import { decodeAssignment } from '../group/assignment-format.ts';
import type { Assignor, JoiningMember, RebalanceProtocol } from '../group/assignor/assignor.ts';
import type { JoinAnswer, MemberAssignment, MemberProtocol } from '../group/group-requests.ts';
import { encodeSubscription } from '../group/subscription-format.ts';
import type { Logger, TopicPartition } from '../types.ts';
import { assignAsLeader, countPartitions } from './leader-assignment.ts';
import type { StoreTopics } from './topic-subscription.ts';

export interface JoinFacts {
  readonly topics: readonly string[];
  /** What it keeps while it joins. */
  readonly owned: readonly TopicPartition[];
  readonly generationId: number;
}

export class JoinTerms {
  readonly #assignors: readonly Assignor[];
  readonly #rackId: string | null;
  readonly #topics: StoreTopics;
  readonly #logger: Logger;
  #lastAssignment: JoiningMember['lastAssignment'] = null;
  /** Of the leader: the topics of all members, and how many partitions each had when it assigned them. */
  #partitionCounts: ReadonlyMap<string, number> | null = null;

  constructor(
    { assignors, rackId }: { readonly assignors: readonly Assignor[]; readonly rackId: string | null },
    { topics, logger }: { readonly topics: StoreTopics; readonly logger: Logger },
  ) {
    this.#assignors = assignors;
    this.#rackId = rackId;
    this.#topics = topics;
    this.#logger = logger;
  }

  protocols({ topics, owned, generationId }: JoinFacts): MemberProtocol[] {
    return this.#assignors.map((assignor) => {
      const userData = assignor.userData?.({ topics, lastAssignment: this.#lastAssignment }) ?? null;
      const subscription = { topics, userData, ownedPartitions: owned, generationId, rackId: this.#rackId };
      // Bytes of its own: a buffer of Node's pool would take the whole pool along to another thread.
      return { name: assignor.name, metadata: new Uint8Array(encodeSubscription(subscription)) };
    });
  }

  /** What the leader tells the coordinator; nothing, of others. Errors: HANDLER for what its assignor throws. */
  assignments(
    { error, memberId, leader, members, protocolName, skipAssignment }: JoinAnswer,
    protocol: RebalanceProtocol,
  ): MemberAssignment[] {
    this.#partitionCounts = null;
    if (error !== null || memberId !== leader || members.length === 0) return [];
    const [topics, logger] = [this.#topics, this.#logger];
    topics.refresh?.();
    if (skipAssignment) {
      this.#partitionCounts = countPartitions(members, topics, logger);
      return [];
    }
    const assignor = this.#assignor(protocolName);
    const { assignments, partitionCounts } = assignAsLeader({ assignor, protocol, members, topics, logger });
    this.#partitionCounts = partitionCounts;
    return assignments;
  }

  /** Whether topics have changed since the leader has assigned their partitions. */
  get isOutdated(): boolean {
    if (this.#partitionCounts === null) return false;
    for (const [topic, count] of this.#partitionCounts) if (this.#topics.partitionCount(topic) !== count) return true;
    return false;
  }

  /** Each partition once. Errors: CORRUPT, and HANDLER for what its assignor throws. */
  assigned(bytes: Uint8Array, protocolName: string | null, generationId: number): TopicPartition[] {
    // The leader has said nothing of it.
    const assignment = bytes.length === 0 ? { partitions: [], userData: null } : decodeAssignment(bytes);
    const partitions = [
      ...new Map(assignment.partitions.map((each) => [`${each.topic} ${each.partition}`, each])).values(),
    ];
    this.#lastAssignment = { partitions, generationId };
    const assignor = this.#assignor(protocolName);
    try {
      assignor.onAssignment?.(assignment, generationId);
    } catch (cause) {
      throw new MillraceError('ERR_MILLRACE_HANDLER', `onAssignment of the assignor "${assignor.name}" failed`, {
        cause,
      });
    }
    return partitions;
  }

  #assignor(protocolName: string | null): Assignor {
    const found = this.#assignors.find(({ name }) => name === protocolName);
    if (found !== undefined) return found;
    const message = `the group has chosen the assignor ${String(protocolName)}, which this member has not offered`;
    throw new MillraceError('ERR_MILLRACE_GROUP_REFUSED', message);
  }
}
