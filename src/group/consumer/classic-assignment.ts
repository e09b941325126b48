/** What a member with the classic protocol has in a group of the other one, in the bytes and the version that it knows. */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import { encodeAssignment } from '../assignment-format.ts';
import { subscriptionVersion } from '../subscription-format.ts';
import type { GroupTopics } from './group-topics.ts';
import { partitionsByName } from './topic-partitions.ts';

/** `subscription`: what the member has said of itself. Errors: CORRUPT. */
export function classicAssignment(partitions: PartitionsById, subscription: Uint8Array, topics: GroupTopics): Buffer {
  const assigned = { partitions: partitionsByName(partitions, topics), userData: null };
  return encodeAssignment(assigned, subscriptionVersion(subscription));
}
