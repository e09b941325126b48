/**
 * Kafka's RangeAssignor: of each topic each member gets a run of partitions, so that topics with as many partitions and the same members are joined at one
 * member, partition by partition. The first members get one more where it does not come out even.
 *
 * With racks (KIP-881) each member first gets what it may have from those partitions that have a replica in its rack; topics that go together stay together.
 * What is left is dealt out in runs.
 */
import type { Assignment } from '../assignment-format.ts';
import { comparePartitions } from '../partitions-format.ts';
import { subscribedTopics, type Assignor, type MemberSubscription, type TopicsMetadata } from './assignor.ts';
import { memberIdsInOrder } from './member-order.ts';
import { TopicRange, type RangeMember } from './topic-range.ts';

/** Who subscribes to a topic; topics of one class have the same subscribers. */
interface Subscribers {
  class: number;
  readonly members: RangeMember[];
}

export const rangeAssignor: Assignor = {
  name: 'range',
  protocols: ['eager'],

  assign(
    metadata: TopicsMetadata,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
  ): ReadonlyMap<string, Assignment> {
    const members = new Map<string, RangeMember>();
    for (const memberId of memberIdsInOrder(subscriptions)) {
      members.set(memberId, { rackId: subscriptions.get(memberId)?.rackId ?? null, partitions: [] });
    }
    const subscribers = subscribersOf(subscribedTopics(metadata, subscriptions), members, subscriptions);
    const classes = new Map<string, TopicRange[]>();
    for (const [topic, { class: number, members: its }] of subscribers) {
      const range = new TopicRange(metadata, topic, its);
      const likeness = `${number} ${range.partitionCount}`;
      const found = classes.get(likeness);
      if (found === undefined) classes.set(likeness, [range]);
      else found.push(range);
    }
    const ranges = [...classes.values()].flat();
    const racksMatter = ranges.some((range) => range.racksMatter);
    if (racksMatter) for (const alike of classes.values()) assignNear(alike);
    for (const range of ranges) range.assignRuns({ onlyNear: false });
    for (const { partitions } of members.values()) partitions.sort(comparePartitions);
    return new Map(Array.from(members, ([memberId, { partitions }]) => [memberId, { partitions, userData: null }]));
  },
};

/** Of each topic its subscribers, in the order of `members`. */
function subscribersOf(
  topics: readonly string[],
  members: ReadonlyMap<string, RangeMember>,
  subscriptions: ReadonlyMap<string, MemberSubscription>,
): Map<string, Subscribers> {
  const subscribers = new Map(topics.map((topic): [string, Subscribers] => [topic, { class: 0, members: [] }]));
  let classCount = 1;
  for (const [memberId, member] of members) {
    // All topics are of one class until a member subscribes to some of it only: those are of a new one then.
    const parts = new Map<number, number>();
    for (const topic of new Set(subscriptions.get(memberId)?.topics)) {
      const its = subscribers.get(topic);
      if (its === undefined) continue;
      its.members.push(member);
      const part = parts.get(its.class) ?? classCount++;
      parts.set(its.class, part);
      its.class = part;
    }
  }
  return subscribers;
}

/** `ranges` have the same members and as many partitions. */
function assignNear(ranges: readonly TopicRange[]): void {
  const [first] = ranges;
  if (ranges.length > 1) assignTogether(ranges);
  else if (first.racksMatter) first.assignRuns({ onlyNear: true });
}

function assignTogether(ranges: readonly TopicRange[]): void {
  const [{ memberCount, partitionCount, hasRacks }] = ranges;
  // Without a rack nobody is nearer than others.
  if (!hasRacks) return;
  const open = new Set(Array(memberCount).keys());
  for (let partition = 0; partition < partitionCount && open.size > 0; partition++) {
    for (const member of open) {
      if (!ranges.every((range) => range.room(member) > 0 && range.isNear(member, partition))) continue;
      for (const range of ranges) range.assign(member, [partition]);
      if (!ranges.some((range) => range.room(member) > 0)) open.delete(member);
      break;
    }
  }
}
