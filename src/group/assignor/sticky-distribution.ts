/** What the sticky assignors, the eager and the cooperative one, begin with: who is to have what, so that everybody keeps as much of what it had as it can. */
import type { MemberSubscription, TopicsMetadata } from './assignor.ts';
import { EvenDistribution } from './even-distribution.ts';
import { PreviousOwners } from './previous-owners.ts';
import { StickyGroup } from './sticky-group.ts';
import type { Ownership } from './sticky-user-data.ts';
import { UnevenDistribution } from './uneven-distribution.ts';

export interface StickyDistribution {
  readonly group: StickyGroup;
  /** Partitions of each member. */
  readonly lists: readonly (readonly number[])[];
  /** Those that somebody has got from another member; null where members subscribe to different topics, and it was not kept in mind. */
  readonly transferred: ReadonlySet<number> | null;
}

/** `ownershipOf`: what a member says that it had. There must be members. */
export function distributeSticky(
  metadata: TopicsMetadata,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
  ownershipOf: (subscription: MemberSubscription) => Ownership,
): StickyDistribution {
  const group = new StickyGroup(metadata, subscriptions);
  const previous = new PreviousOwners(group, subscriptions, ownershipOf);
  if (!group.isUniform) return { group, lists: new UnevenDistribution(group, previous).lists, transferred: null };
  const { lists, transferred } = new EvenDistribution(group, previous);
  return { group, lists, transferred };
}
