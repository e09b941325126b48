/**
 * Kafka's `range` of the consumer protocol: of each topic each subscriber gets a run of partitions, the first ones one more where it does not come out even. Topics
 * with as many partitions and the same subscribers are joined at one member, partition by partition. Knows no racks, and nothing of what was.
 */
import { memberIdsInOrder } from './member-order.ts';
import {
  existingPartitionCount,
  type GroupSpec,
  type PartitionsById,
  type ServerAssignor,
  type TopicDescriber,
} from './server-assignor.ts';

/** What is left of a topic while it is dealt out. */
interface Rest {
  readonly partitionCount: number;
  subscriberCount: number;
  next: number;
}

export const serverRangeAssignor: ServerAssignor = {
  name: 'range',

  assign({ members }: GroupSpec, topics: TopicDescriber): ReadonlyMap<string, PartitionsById> {
    const rests = new Map<string, Rest>();
    for (const { subscribedTopicIds } of members.values()) {
      for (const topicId of subscribedTopicIds) {
        const rest = rests.get(topicId) ?? {
          partitionCount: existingPartitionCount(topics, topicId),
          subscriberCount: 0,
          next: 0,
        };
        rests.set(topicId, rest);
        rest.subscriberCount++;
      }
    }
    const ordered = memberIdsInOrder(
      Array.from(members, ([memberId, { instanceId }]) => [memberId, { groupInstanceId: instanceId }] as const),
    );
    const assignments = new Map<string, PartitionsById>();
    for (const memberId of ordered) {
      const assignment = new Map<string, Set<number>>();
      for (const topicId of members.get(memberId)?.subscribedTopicIds ?? []) {
        const run = takeRun(rests.get(topicId)!);
        if (run.size > 0) assignment.set(topicId, run);
      }
      assignments.set(memberId, assignment);
    }
    return assignments;
  },
};

/** An even share of what is left for those who are left, rounded up: so the first ones get one more. */
function takeRun(rest: Rest): Set<number> {
  const count = Math.ceil((rest.partitionCount - rest.next) / rest.subscriberCount);
  rest.subscriberCount--;
  const run = new Set<number>();
  for (let i = 0; i < count; i++) run.add(rest.next++);
  return run;
}
