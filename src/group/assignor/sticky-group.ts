/**
 * A group as the sticky assignors see it, by numbers: members in the order of their ids, topics in that of their names, partitions of all topics in one row. What
 * does not exist has no number, so whatever members say of it is forgotten here.
 */
import type { TopicPartition } from '../../types.ts';
import type { Assignment } from '../assignment-format.ts';
import { subscribedTopics, type MemberSubscription, type TopicsMetadata } from './assignor.ts';
import { compareIds } from './member-order.ts';
import { RackMap, racksOfTopic } from './rack-map.ts';

const UNKNOWN = -1;

export class StickyGroup {
  readonly memberIds: readonly string[];
  /** The order in which the coordinator has named them. */
  readonly givenOrder: readonly number[];
  readonly topics: readonly string[];
  /** Of each topic the number of its first partition; behind them the count of all. */
  readonly #firstPartitions: readonly number[];
  readonly #topicNumbers: ReadonlyMap<string, number>;
  readonly #topicOfPartition: Int32Array;
  /** Of each member the topics that it subscribes to. */
  readonly subscribed: readonly ReadonlySet<number>[];
  /** All members subscribe to the same, what does not exist included. */
  readonly isUniform: boolean;
  readonly racks: RackMap;

  constructor(metadata: TopicsMetadata, subscriptions: ReadonlyMap<string, MemberSubscription>) {
    const given = [...subscriptions.keys()];
    this.memberIds = given.toSorted(compareIds);
    const numbers = new Map(this.memberIds.map((memberId, member) => [memberId, member]));
    this.givenOrder = given.map((memberId) => numbers.get(memberId) ?? UNKNOWN);
    this.topics = subscribedTopics(metadata, subscriptions);
    this.#topicNumbers = new Map(this.topics.map((topic, number) => [topic, number]));
    const firstPartitions = [0];
    for (const topic of this.topics) firstPartitions.push(firstPartitions.at(-1)! + metadata.partitionCount(topic));
    this.#firstPartitions = firstPartitions;
    this.#topicOfPartition = new Int32Array(this.partitionCount);
    for (const topic of this.topics.keys()) {
      this.#topicOfPartition.fill(topic, firstPartitions[topic], firstPartitions[topic + 1]);
    }
    const asked = this.memberIds.map((memberId) => subscriptions.get(memberId)?.topics ?? []);
    this.isUniform = areAlike(asked);
    this.subscribed = asked.map((topics) => this.#numbersOf(topics));
    this.racks = new RackMap(
      this.memberIds.map((memberId) => subscriptions.get(memberId)?.rackId ?? null),
      () => this.topics.flatMap((topic) => racksOfTopic(metadata, topic)),
    );
  }

  get partitionCount(): number {
    return this.#firstPartitions[this.topics.length];
  }

  countOf(topic: number): number {
    return this.#firstPartitions[topic + 1] - this.#firstPartitions[topic];
  }

  firstOf(topic: number): number {
    return this.#firstPartitions[topic];
  }

  topicOf(partition: number): number {
    return this.#topicOfPartition[partition];
  }

  /** Which partition of its topic it is. */
  indexOf(partition: number): number {
    return partition - this.#firstPartitions[this.#topicOfPartition[partition]];
  }

  /** The member is in a rack that has no replica of the partition, and it matters. */
  areApart(member: number, partition: number): boolean {
    return this.racks.matters && this.racks.areApart(member, partition);
  }

  /** -1 for a partition that does not exist, or of a topic that nobody subscribes to. */
  numberOf({ topic, partition }: TopicPartition): number {
    const number = this.#topicNumbers.get(topic);
    if (number === undefined || partition < 0 || partition >= this.countOf(number)) return UNKNOWN;
    return this.#firstPartitions[number] + partition;
  }

  /** Partition numbers of each member, by names. */
  assignments(lists: readonly (readonly number[])[]): Map<string, Assignment> {
    const named = (partition: number): TopicPartition => ({
      topic: this.topics[this.topicOf(partition)],
      partition: this.indexOf(partition),
    });
    const entries = this.givenOrder.map((member) => [member, lists[member].map(named)] as const);
    return new Map(
      entries.map(([member, partitions]) => [this.memberIds[member], { partitions, userData: null }] as const),
    );
  }

  #numbersOf(topics: readonly string[]): Set<number> {
    const numbers = new Set<number>();
    for (const topic of topics) {
      const number = this.#topicNumbers.get(topic);
      if (number !== undefined) numbers.add(number);
    }
    return numbers;
  }
}

/** The same topics in each list, in whatever order and however often. */
function areAlike(lists: readonly (readonly string[])[]): boolean {
  const first = new Set(lists[0]);
  return lists.every(
    (list) => list.length >= first.size && list.every((topic) => first.has(topic)) && new Set(list).size === first.size,
  );
}
