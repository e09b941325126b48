/** A member with the classic protocol in a group of the other one, as its client is: it keeps what it was told. */
import { decodeAssignment } from '#millrace/group/assignment-format.js';
import type { ConsumerGroup } from '#millrace/group/consumer/consumer-group.js';
import type {
  GroupError,
  JoinAnswer,
  JoinRequest,
  MemberIdentity,
  SyncAnswer,
  SyncRequest,
} from '#millrace/group/group-requests.js';
import { encodeSubscription } from '#millrace/group/subscription-format.js';
import type { TopicPartition } from '#millrace/types.js';

export const CLASSIC_SESSION_MS = 10_000;
export const CLASSIC_REBALANCE_MS = 30_000;

export function subscribedTo(
  topics: readonly string[],
  ownedPartitions: readonly TopicPartition[] = [],
  rackId: string | null = null,
): Buffer {
  return encodeSubscription({ topics, userData: null, ownedPartitions, generationId: -1, rackId });
}

export class ClassicMember {
  readonly #group: () => ConsumerGroup;
  readonly #facts: Partial<JoinRequest>;
  memberId = '';
  generationId = -1;
  /** What it was told that it has. */
  partitions: number[] = [];
  /** What it has: all of it goes in an eager rebalance. */
  owned: readonly TopicPartition[] = [];

  constructor(group: () => ConsumerGroup, facts: Partial<JoinRequest> = {}) {
    this.#group = group;
    this.#facts = facts;
  }

  get identity(): MemberIdentity {
    const { memberId, generationId } = this;
    return { groupId: 'g', memberId, groupInstanceId: this.#facts.groupInstanceId ?? null, generationId };
  }

  join(facts: Partial<JoinRequest> = {}): JoinAnswer {
    const answer = this.#group().join({
      groupId: 'g',
      memberId: this.memberId,
      groupInstanceId: null,
      clientId: 'classic',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: CLASSIC_SESSION_MS,
      rebalanceTimeoutMs: CLASSIC_REBALANCE_MS,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscribedTo(['t'], this.owned) }],
      requiresKnownMemberId: false,
      supportsSkippingAssignment: true,
      reason: null,
      ...this.#facts,
      ...facts,
    });
    if (answer.error !== null) return answer;
    this.memberId = answer.memberId;
    this.generationId = answer.generationId;
    return answer;
  }

  sync(facts: Partial<SyncRequest> = {}): SyncAnswer {
    const protocol = { protocolType: 'consumer', protocolName: 'range', assignments: [] };
    const answer = this.#group().sync({ ...this.identity, ...protocol, ...facts });
    if (answer.error === null) {
      this.owned = decodeAssignment(answer.assignment).partitions;
      this.partitions = this.owned.map(({ partition }) => partition);
    }
    return answer;
  }

  beat(facts: Partial<MemberIdentity> = {}): GroupError {
    return this.#group().beat({ ...this.identity, ...facts });
  }

  leave(): GroupError {
    const { memberId, groupInstanceId } = this.identity;
    const { error, members } = this.#group().dismiss([{ memberId, groupInstanceId, reason: null }]);
    return error ?? members[0].error;
  }
}
