/**
 * Kafka's CooperativeStickyAssignor (KIP-429): assigns as the sticky one does, for members that keep their partitions while they join. So a partition that somebody
 * else owns yet is left out: its owner sees that it has lost it, lets it go and joins again, and then it is given away.
 */
import type { Assignment } from '../assignment-format.ts';
import type { Assignor, MemberSubscription, TopicsMetadata } from './assignor.ts';
import { distributeSticky, type StickyDistribution } from './sticky-distribution.ts';
import { cooperativeOwnership, encodeCooperativeUserData } from './sticky-user-data.ts';

export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  protocols: ['cooperative', 'eager'],

  userData: encodeCooperativeUserData,

  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment> {
    if (subscriptions.size === 0) return new Map();
    const distribution = distributeSticky(metadata, subscriptions, cooperativeOwnership);
    const { group, lists } = distribution;
    const withheld = distribution.transferred ?? moved(distribution, subscriptions);
    return group.assignments(lists.map((list) => list.filter((partition) => !withheld.has(partition))));
  },
};

/** What one member has got and another one has lost, by what each says that it owns. */
function moved(
  { group, lists }: StickyDistribution,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
): ReadonlySet<number> {
  const added = new Set<number>();
  const lost = new Set<number>();
  for (const [member, list] of lists.entries()) {
    const said = subscriptions.get(group.memberIds[member])?.ownedPartitions ?? [];
    const owned = new Set(said.map((partition) => group.numberOf(partition)));
    const assigned = new Set(list);
    for (const partition of assigned) if (!owned.has(partition)) added.add(partition);
    for (const partition of owned) if (!assigned.has(partition)) lost.add(partition);
  }
  return new Set([...added].filter((partition) => lost.has(partition)));
}
