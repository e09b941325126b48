/**
 * Kafka's RangeAssignor: of each topic each member gets a run of partitions, so that topics with as many partitions and the same members are joined at one
 * member, partition by partition. The first members get one more where it does not come out even.
 *
 * With racks (KIP-881) each member first gets what it may have from those partitions that have a replica in its rack; topics that go together stay together.
 * What is left is dealt out in runs.
 */
import type { TopicPartition } from '../../types.ts';
import type { Assignment } from '../assignment-format.ts';
import { comparePartitions } from '../subscription-format.ts';
import { subscribedTopics, type Assignor, type MemberSubscription, type TopicsMetadata } from './assignor.ts';
import { memberIdsInOrder } from './member-order.ts';
import { TopicRange } from './topic-range.ts';

type Lists = Map<string, TopicPartition[]>;

export const rangeAssignor: Assignor = {
  name: 'range',
  protocols: ['eager'],

  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment> {
    const subscribers = new Map<string, Set<string>>();
    for (const memberId of memberIdsInOrder(subscriptions)) {
      for (const topic of subscriptions.get(memberId)?.topics ?? []) {
        const found = subscribers.get(topic);
        if (found === undefined) subscribers.set(topic, new Set([memberId]));
        else found.add(memberId);
      }
    }
    const topics = subscribedTopics(metadata, subscriptions).map((topic) => {
      const members = Array.from(subscribers.get(topic) ?? [], (memberId) => ({
        memberId,
        rackId: subscriptions.get(memberId)?.rackId ?? null,
      }));
      return new TopicRange(metadata, topic, members);
    });
    const lists: Lists = new Map(Array.from(subscriptions.keys(), (memberId) => [memberId, []]));
    const racksMatter = topics.some((topic) => topic.racksMatter);
    if (racksMatter) assignNear(topics, lists);
    for (const topic of topics) topic.assignRuns(lists, () => true);
    if (racksMatter) for (const list of lists.values()) list.sort(comparePartitions);
    return new Map(Array.from(lists, ([memberId, partitions]) => [memberId, { partitions, userData: null }]));
  },
};

/** Topics that have the same members in the same racks and as many partitions are dealt with together. */
function assignNear(topics: readonly TopicRange[], lists: Lists): void {
  const groups = new Map<string, TopicRange[]>();
  for (const topic of topics) {
    const found = groups.get(topic.likeness);
    if (found === undefined) groups.set(topic.likeness, [topic]);
    else found.push(topic);
  }
  for (const group of groups.values()) {
    if (group.length > 1) assignTogether(group, lists);
    else if (group[0].racksMatter) group[0].assignRuns(lists, (member, partition) => group[0].isNear(member, partition));
  }
}

function assignTogether(topics: readonly TopicRange[], lists: Lists): void {
  const [{ members, partitionCount, hasRacks }] = topics;
  // Without a rack nobody is nearer than others.
  if (!hasRacks) return;
  const open = new Set(members.keys());
  for (let partition = 0; partition < partitionCount && open.size > 0; partition++) {
    for (const member of open) {
      if (!topics.every((topic) => topic.room(member) > 0 && topic.isNear(member, partition))) continue;
      for (const topic of topics) topic.assign(lists, member, [partition]);
      if (!topics.some((topic) => topic.room(member) > 0)) open.delete(member);
      break;
    }
  }
}
