/**
 * Kafka's StickyAssignor: as even as can be, and everybody keeps as much as it can of what it had. Members give all back before they join, and say in their user
 * data what it was (KIP-54, KIP-341).
 *
 * What Kafka's own class gives, but: Kafka remembers the newest generation from one call to the next; partitions that members name and that do not exist
 * are forgotten, while Kafka may then assign others twice; a member that subscribes to nothing makes a group uneven, while Kafka may assign it what it did not
 * ask for; and a partition goes back to a former owner only if that still subscribes.
 */
import type { Assignment } from '../assignment-format.ts';
import type { Assignor, MemberSubscription, TopicsMetadata } from './assignor.ts';
import { distributeSticky } from './sticky-distribution.ts';
import { encodeStickyUserData, stickyOwnership } from './sticky-user-data.ts';

export const stickyAssignor: Assignor = {
  name: 'sticky',
  protocols: ['eager'],

  userData: encodeStickyUserData,

  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment> {
    if (subscriptions.size === 0) return new Map();
    const { group, lists } = distributeSticky(metadata, subscriptions, stickyOwnership);
    return group.assignments(lists);
  },
};
