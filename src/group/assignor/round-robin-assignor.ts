/**
 * Kafka's RoundRobinAssignor: all partitions in order, one after another to the members in turn, past those that do not subscribe. Even where all subscribe
 * to the same; what a member has changes with each member that comes or goes.
 */
import type { TopicPartition } from '../../types.ts';
import type { Assignment } from '../assignment-format.ts';
import { subscribedTopics, type Assignor, type MemberSubscription, type TopicsMetadata } from './assignor.ts';
import { memberIdsInOrder } from './member-order.ts';

export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  protocols: ['eager'],

  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment> {
    const turns = memberIdsInOrder(subscriptions).map((memberId) => ({
      memberId,
      topics: new Set(subscriptions.get(memberId)?.topics),
      partitions: [] as TopicPartition[],
    }));
    let turn = 0;
    for (const topic of subscribedTopics(metadata, subscriptions)) {
      const count = metadata.partitionCount(topic);
      for (let partition = 0; partition < count; partition++) {
        // Ends: somebody subscribes.
        while (!turns[turn].topics.has(topic)) turn = (turn + 1) % turns.length;
        turns[turn].partitions.push({ topic, partition });
        turn = (turn + 1) % turns.length;
      }
    }
    return new Map(turns.map(({ memberId, partitions }) => [memberId, { partitions, userData: null }]));
  },
};
