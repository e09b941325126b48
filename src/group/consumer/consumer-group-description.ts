/** A group of the consumer protocol as those who administer it are told of it. */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import type { ConsumerGroupDescription, DescribedPartitions } from './consumer-requests.ts';
import type { GroupTopics } from './group-topics.ts';

export function describeConsumerGroup(
  state: ConsumerGroupState,
  topics: Pick<GroupTopics, 'findById'>,
  defaultAssignor: string,
): ConsumerGroupDescription {
  return {
    error: null,
    groupId: state.groupId,
    state: state.state,
    epoch: state.epoch,
    assignmentEpoch: state.assignmentEpoch,
    assignor: state.preferredAssignor ?? defaultAssignor,
    members: Array.from(state.members.values(), ({ memberId, subscription, current }) => ({
      memberId,
      instanceId: subscription.instanceId,
      rackId: subscription.rackId,
      memberEpoch: current.epoch,
      clientId: subscription.clientId,
      clientHost: subscription.clientHost,
      topicNames: [...subscription.topicNames].sort(),
      topicPattern: subscription.topicPattern,
      assignment: described(current.assigned, topics),
      target: described(state.target(memberId), topics),
      isClassic: subscription.classic !== null,
    })),
  };
}

/** Of topics that are no more nothing is told. */
function described(partitions: PartitionsById, topics: Pick<GroupTopics, 'findById'>): DescribedPartitions[] {
  const found: DescribedPartitions[] = [];
  for (const [topicId, indexes] of partitions) {
    const topic = topics.findById(topicId);
    if (topic !== null) found.push({ topicId, topicName: topic.name, partitions: [...indexes].sort((a, b) => a - b) });
  }
  return found;
}
