/**
 * Who gets what in a group of the type `consumer`, decided by its leader: the interface of Kafka's ConsumerPartitionAssignor in the words of this library. The
 * library's own are `range`, `roundrobin`, `sticky` and `cooperative-sticky`; a program may bring others.
 *
 * All members of a group must have an assignor of the same name in common, and any of them may be the leader: who writes one in JavaScript for a group that has
 * other clients in it writes it for those, too.
 */
import type { Assignment } from '../assignment-format.ts';
import type { Subscription } from '../subscription-format.ts';
import type { TopicPartition } from '../../types.ts';

/**
 * `eager`: members give all partitions back before they join, so anything may be assigned to anyone. `cooperative` (KIP-429): they keep them meanwhile, so a
 * partition that changes hands is first left out of the assignment, and given to its new owner in the rebalance that follows when the old one has let it go.
 */
export type RebalanceProtocol = 'eager' | 'cooperative';

/** What the leader knows of topics. */
export interface TopicsMetadata {
  /** 0 for a topic that does not exist. */
  partitionCount(topic: string): number;
  /** Where the replicas of a partition are (`broker.rack`); empty where nobody has said. */
  racks(topic: string, partition: number): readonly string[];
}

/** A member that is about to join. */
export interface JoiningMember {
  readonly topics: readonly string[];
  /** What the leader gave it last, and in which generation; null for a member that has never been given anything. */
  readonly lastAssignment: { readonly partitions: readonly TopicPartition[]; readonly generationId: number } | null;
}

export interface MemberSubscription extends Subscription {
  /** `group.instance.id` of a static member. */
  readonly groupInstanceId: string | null;
}

export interface Assignor {
  /** What members agree on: unique, and the same in all clients of the group. */
  readonly name: string;
  /** Those that its assignments keep to. A member follows `cooperative` if all assignors that it offers know it. */
  readonly protocols: readonly RebalanceProtocol[];
  /** Bytes for the leader's `assign`; null, or no such method, for none. */
  userData?(member: JoiningMember): Uint8Array | null;
  /**
   * Called at the leader. `subscriptions` has all members by their ids, in the order in which the coordinator names them; who subscribes to what does not exist
   * gets nothing of it. The answer has an entry for each member; one that is missing counts as no partitions. Must not change what it is given, and should
   * give the same answer to the same question. What it throws fails the rebalance.
   */
  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment>;
  /** Called at each member with what the leader has assigned to it. */
  onAssignment?(assignment: Assignment, generationId: number): void;
}

/** Topics that exist and that somebody subscribes to, each once, in the order of their names. */
export function subscribedTopics(
  metadata: TopicsMetadata,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
): string[] {
  const topics = new Set<string>();
  for (const subscription of subscriptions.values()) for (const topic of subscription.topics) topics.add(topic);
  return [...topics].filter((topic) => metadata.partitionCount(topic) > 0).sort();
}
