/**
 * Kafka's CooperativeStickyAssignor (KIP-429): assigns as the sticky one does, for members that keep their partitions while they join. So a partition that somebody
 * else owns yet is left out: its owner sees that it has lost it, lets it go and joins again, and then it is given away.
 */
import type { Assignment } from '../assignment-format.ts';
import type { Assignor, MemberSubscription, TopicsMetadata } from './assignor.ts';
import { EvenDistribution } from './even-distribution.ts';
import { PreviousOwners } from './previous-owners.ts';
import { StickyGroup } from './sticky-group.ts';
import { cooperativeOwnership, encodeCooperativeUserData } from './sticky-user-data.ts';
import { UnevenDistribution } from './uneven-distribution.ts';

export const cooperativeStickyAssignor: Assignor = {
  name: 'cooperative-sticky',
  protocols: ['cooperative', 'eager'],

  userData: encodeCooperativeUserData,

  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment> {
    if (subscriptions.size === 0) return new Map();
    const group = new StickyGroup(metadata, subscriptions);
    const previous = new PreviousOwners(group, subscriptions, cooperativeOwnership);
    const { lists, withheld } = group.isUniform ? evenly(group, previous) : unevenly(group, previous, subscriptions);
    return group.assignments(lists.map((list) => list.filter((partition) => !withheld.has(partition))));
  },
};

interface Adjustable {
  readonly lists: readonly number[][];
  readonly withheld: ReadonlySet<number>;
}

function evenly(group: StickyGroup, previous: PreviousOwners): Adjustable {
  const { lists, transferred } = new EvenDistribution(group, previous);
  return { lists, withheld: transferred };
}

/** What one member has got and another one has lost, by what each says that it owns. */
function unevenly(
  group: StickyGroup,
  previous: PreviousOwners,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
): Adjustable {
  const { lists } = new UnevenDistribution(group, previous);
  const added = new Set<number>();
  const lost = new Set<number>();
  for (const [member, list] of lists.entries()) {
    const said = subscriptions.get(group.memberIds[member])?.ownedPartitions ?? [];
    const owned = new Set(said.map((partition) => group.numberOf(partition)));
    const assigned = new Set(list);
    for (const partition of assigned) if (!owned.has(partition)) added.add(partition);
    for (const partition of owned) if (!assigned.has(partition)) lost.add(partition);
  }
  return { lists, withheld: new Set([...added].filter((partition) => lost.has(partition))) };
}
