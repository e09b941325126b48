/**
 * Who gets what in a group of the consumer protocol (KIP-848), decided by the coordinator: GroupSpec, SubscribedTopicDescriber and PartitionAssignor of Kafka in
 * the words of this library. Topics go by their ids. An assignor says what each member is to have in the end; who has to let go of what first is not its matter.
 */
import { MillraceError } from '../../errors.ts';

/** Topic id to partitions. */
export type PartitionsById = ReadonlyMap<string, ReadonlySet<number>>;

export interface SpecifiedMember {
  /** `group.instance.id` of a static member. */
  readonly instanceId: string | null;
  /** `client.rack`. */
  readonly rackId: string | null;
  readonly subscribedTopicIds: ReadonlySet<string>;
  /** What it was to have until now. No partition belongs to two members. */
  readonly assignment: PartitionsById;
}

export interface GroupSpec {
  /** By member ids, in an order that the coordinator keeps. */
  readonly members: ReadonlyMap<string, SpecifiedMember>;
  /** `homogeneous`: all members subscribe to the same. */
  readonly subscriptionType: 'homogeneous' | 'heterogeneous';
}

export interface TopicDescriber {
  /** -1 for a topic that does not exist. */
  partitionCount(topicId: string): number;
  /** Where the replicas of a partition are; empty where nobody has said. */
  racks(topicId: string, partition: number): readonly string[];
}

export interface ServerAssignor {
  /** What members ask for, and `group.consumer.assignors` lists. */
  readonly name: string;
  /**
   * An entry for each member; where nothing changes it is the very map that came in. ERR_MILLRACE_UNKNOWN_TOPIC if a member subscribes to what does not exist. A
   * group that subscribes to nothing gets an empty map.
   */
  assign(group: GroupSpec, topics: TopicDescriber): ReadonlyMap<string, PartitionsById>;
}

/** How many partitions the topic has. A coordinator hands in only subscriptions to what exists: anything else fails the assignment. */
export function existingPartitionCount(topics: TopicDescriber, topicId: string): number {
  const count = topics.partitionCount(topicId);
  if (count >= 0) return count;
  const sentence = `a member subscribes to the topic ${topicId}, which does not exist`;
  throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', sentence);
}
