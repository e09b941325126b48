/**
 * `uniform` for a group whose members all subscribe to the same topics: each gets a quota or one more, and what it had counts first.
 * (UniformHomogeneousAssignmentBuilder.)
 */
import { assert } from '../../assert.ts';
import { MutableAssignment } from './mutable-assignment.ts';
import {
  existingPartitionCount,
  type PartitionsById,
  type SpecifiedMember,
  type TopicDescriber,
} from './server-assignor.ts';

interface Unassigned {
  readonly topicId: string;
  readonly partition: number;
}

export function assignHomogeneous(
  members: ReadonlyMap<string, SpecifiedMember>,
  topics: TopicDescriber,
): ReadonlyMap<string, PartitionsById> {
  const [{ subscribedTopicIds }] = members.values();
  if (subscribedTopicIds.size === 0) return new Map();
  const counts = new Map(
    Array.from(subscribedTopicIds, (topicId) => [topicId, existingPartitionCount(topics, topicId)]),
  );
  const unassigned = unassignedPartitions(members, counts);
  let total = 0;
  for (const count of counts.values()) total += count;
  const quota = Math.floor(total / members.size);
  let extra = total % members.size;
  let membersLeft = members.size;
  const targets = new Map<string, MutableAssignment>();
  const short: { readonly target: MutableAssignment; readonly room: number }[] = [];
  for (const [memberId, { assignment }] of members) {
    const target = new MutableAssignment(assignment);
    targets.set(memberId, target);
    let room = keepUpTo(quota + (extra > 0 ? 1 : 0), { assignment, target, counts, unassigned });
    let takesExtra = extra > 0;
    // Who would have to be given the one more leaves it to others, that may have it already, as long as there are enough of them.
    if (room > 0 && takesExtra && membersLeft > extra) {
      room--;
      takesExtra = false;
    }
    if (room > 0) short.push({ target, room });
    if (takesExtra) extra--;
    membersLeft--;
  }
  let next = 0;
  for (const { target, room } of short) {
    for (let i = 0; i < room && next < unassigned.length; i++, next++) {
      target.add(unassigned[next].topicId, unassigned[next].partition);
    }
  }
  assert(next === unassigned.length, 'partitions that no member has room for:', unassigned.length - next);
  return new Map(Array.from(targets, ([memberId, target]) => [memberId, target.value]));
}

function unassignedPartitions(
  members: ReadonlyMap<string, SpecifiedMember>,
  counts: ReadonlyMap<string, number>,
): Unassigned[] {
  const assigned = new Map(Array.from(counts, ([topicId, count]) => [topicId, new Uint8Array(count)]));
  for (const { assignment } of members.values()) {
    for (const [topicId, partitions] of assignment) {
      const flags = assigned.get(topicId);
      if (flags !== undefined) for (const partition of partitions) flags[partition] = 1;
    }
  }
  const unassigned: Unassigned[] = [];
  for (const [topicId, flags] of assigned) {
    for (const [partition, flag] of flags.entries()) if (flag === 0) unassigned.push({ topicId, partition });
  }
  return unassigned;
}

/** Takes from `target` what is too much, and what is no longer subscribed to or does not exist. Returns how much less than `quota` it has then. */
function keepUpTo(
  quota: number,
  {
    assignment,
    target,
    counts,
    unassigned,
  }: {
    assignment: PartitionsById;
    target: MutableAssignment;
    counts: ReadonlyMap<string, number>;
    unassigned: Unassigned[];
  },
): number {
  let room = quota;
  for (const [topicId, partitions] of assignment) {
    const count = counts.get(topicId);
    if (count === undefined) {
      target.removeTopic(topicId);
      continue;
    }
    for (const partition of partitions) {
      if (partition < count && room > 0) {
        room--;
        continue;
      }
      target.remove(topicId, partition);
      if (partition < count) unassigned.push({ topicId, partition });
    }
  }
  return room;
}
