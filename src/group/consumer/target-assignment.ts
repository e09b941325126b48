/** Works out anew what each member of a group is to have, and notes what has changed (TargetAssignmentBuilder). */
import type { ServerAssignor, SpecifiedMember, TopicDescriber } from '../assignor/server-assignor.ts';
import type { ConsumerGroupChange } from './consumer-group-change.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import type { MemberSubscription } from './consumer-member.ts';
import type { GroupTopics } from './group-topics.ts';
import { NO_PARTITIONS, samePartitions } from './partition-sets.ts';

export function assignTargets(
  state: ConsumerGroupState,
  change: ConsumerGroupChange,
  { assignor, topics }: { readonly assignor: ServerAssignor; readonly topics: GroupTopics },
): void {
  const { groupId, epoch } = state;
  const members = new Map<string, SpecifiedMember>();
  for (const [memberId, { subscription }] of state.members) {
    const { instanceId, rackId } = subscription;
    const subscribedTopicIds = topicIdsOf(state, subscription, topics);
    members.set(memberId, { instanceId, rackId, subscribedTopicIds, assignment: state.target(memberId) });
  }
  const subscriptionType = state.isHomogeneous ? 'homogeneous' : 'heterogeneous';
  const assigned = assignor.assign({ members, subscriptionType }, describerOf(topics));
  // Of a member that has just taken another's place it is written again, as Kafka does.
  const replaced = new Set(change.records.map((record) => record.kind === 'target' && record.value && record.memberId));
  for (const memberId of members.keys()) {
    const value = assigned.get(memberId) ?? NO_PARTITIONS;
    const before = state.targets.get(memberId);
    if (before === undefined || replaced.has(memberId) || !samePartitions(before, value))
      change.add({ kind: 'target', groupId, memberId, value });
  }
  change.add({ kind: 'targetEpoch', groupId, value: epoch });
}

/** Of the topics that exist. */
export function topicIdsOf(
  state: ConsumerGroupState,
  subscription: MemberSubscription,
  topics: GroupTopics,
): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const name of state.topicsOf(subscription)) {
    const topic = topics.find(name);
    if (topic !== null) ids.add(topic.id);
  }
  return ids;
}

/** Nobody tells racks here. */
function describerOf(topics: GroupTopics): TopicDescriber {
  return { partitionCount: (id) => topics.findById(id)?.partitionCount ?? -1, racks: () => [] };
}
