/**
 * `uniform` for a group whose members subscribe to different topics: everybody keeps what it has and still subscribes to, what is left goes topic by topic to the
 * subscribers that have least, and then each topic's partitions move from those of its subscribers that have most to those that have least, until all topics are even or
 * enough rounds have been made. (UniformHeterogeneousAssignmentBuilder.)
 */
import { UNIFORM_ROUNDS_MAX } from '../../limits.ts';
import { MemberBalancer } from './member-balancer.ts';
import { MutableAssignment } from './mutable-assignment.ts';
import {
  existingPartitionCount,
  type PartitionsById,
  type SpecifiedMember,
  type TopicDescriber,
} from './server-assignor.ts';
import { topicIdOrder } from './topic-id-order.ts';

const NOBODY = -1;

interface SubscribedTopic {
  readonly id: string;
  readonly subscribers: number[];
  /** Of each partition. */
  readonly owners: Int32Array;
}

/** Members are numbers, in the order in which they came in. */
export class UniformHeterogeneous {
  readonly #memberIds: readonly string[];
  readonly #targets: readonly MutableAssignment[];
  /** How many partitions each member has. */
  readonly #counts: Int32Array;
  readonly #topics = new Map<string, SubscribedTopic>();
  readonly #balancer: MemberBalancer;

  constructor(members: ReadonlyMap<string, SpecifiedMember>, topics: TopicDescriber) {
    this.#memberIds = [...members.keys()];
    const specified = [...members.values()];
    this.#targets = specified.map(({ assignment }) => new MutableAssignment(assignment));
    this.#counts = new Int32Array(specified.length);
    this.#balancer = new MemberBalancer(this.#counts);
    for (const [member, { subscribedTopicIds }] of specified.entries()) {
      for (const topicId of subscribedTopicIds) this.#subscribe(member, topicId, topics);
    }
    for (const [member, each] of specified.entries()) this.#keep(member, each);
    const ordered = [...this.#topics.values()].sort(compareTopics);
    for (const topic of ordered) this.#assignUnassigned(topic);
    this.#balance(ordered.filter(({ subscribers }) => subscribers.length >= 2));
  }

  assignments(): ReadonlyMap<string, PartitionsById> {
    if (this.#topics.size === 0) return new Map();
    return new Map(this.#memberIds.map((memberId, member) => [memberId, this.#targets[member].value]));
  }

  #subscribe(member: number, topicId: string, topics: TopicDescriber): void {
    const known = this.#topics.get(topicId);
    if (known !== undefined) {
      known.subscribers.push(member);
      return;
    }
    const owners = new Int32Array(existingPartitionCount(topics, topicId)).fill(NOBODY);
    this.#topics.set(topicId, { id: topicId, subscribers: [member], owners });
  }

  #keep(member: number, { assignment, subscribedTopicIds }: SpecifiedMember): void {
    for (const [topicId, partitions] of assignment) {
      const topic = subscribedTopicIds.has(topicId) ? this.#topics.get(topicId) : undefined;
      if (topic === undefined) {
        this.#targets[member].removeTopic(topicId);
        continue;
      }
      for (const partition of partitions) {
        if (partition >= topic.owners.length) this.#targets[member].remove(topicId, partition);
        else {
          topic.owners[partition] = member;
          this.#counts[member]++;
        }
      }
    }
  }

  #assignUnassigned(topic: SubscribedTopic): void {
    if (!topic.owners.includes(NOBODY)) return;
    this.#balancer.begin(topic.subscribers);
    for (const [partition, owner] of topic.owners.entries()) {
      if (owner === NOBODY) this.#assign(topic, partition, this.#balancer.nextLeastLoaded());
    }
  }

  /** Ends when all topics have been looked at since the last one that changed. */
  #balance(topics: readonly SubscribedTopic[]): void {
    let last = -1;
    for (let round = 0; round < UNIFORM_ROUNDS_MAX; round++) {
      for (const [place, topic] of topics.entries()) {
        if (place === last) return;
        if (this.#balanceTopic(topic) || last === -1) last = place;
      }
    }
  }

  /** Says whether anything has moved. */
  #balanceTopic(topic: SubscribedTopic): boolean {
    if (this.#balancer.begin(topic.subscribers) <= 1) return false;
    const owned = new Map<number, number[]>();
    for (const [partition, owner] of topic.owners.entries()) {
      const found = owned.get(owner);
      if (found === undefined) owned.set(owner, [partition]);
      else found.push(partition);
    }
    let hasMoved = false;
    while (!this.#balancer.isBalanced) {
      const partition = this.#nextToMove(owned);
      if (partition === null) break;
      const member = this.#balancer.nextLeastLoaded();
      if (this.#balancer.isBalanced) break;
      this.#assign(topic, partition, member);
      hasMoved = true;
    }
    return hasMoved;
  }

  /** The last partition of the member that has most and has any of this topic; null when there is none. */
  #nextToMove(owned: ReadonlyMap<number, number[]>): number | null {
    for (;;) {
      const member = this.#balancer.nextMostLoaded();
      if (member === NOBODY) return null;
      const partition = owned.get(member)?.pop();
      if (partition !== undefined) return partition;
      this.#balancer.excludeMostLoaded();
    }
  }

  #assign(topic: SubscribedTopic, partition: number, member: number): void {
    const owner = topic.owners[partition];
    if (owner !== NOBODY) {
      this.#targets[owner].remove(topic.id, partition);
      this.#counts[owner]--;
    }
    this.#targets[member].add(topic.id, partition);
    topic.owners[partition] = member;
    this.#counts[member]++;
  }
}

/** Most partitions a subscriber first, then fewest subscribers. */
function compareTopics(one: SubscribedTopic, other: SubscribedTopic): number {
  return (
    other.owners.length / other.subscribers.length - one.owners.length / one.subscribers.length ||
    one.subscribers.length - other.subscribers.length ||
    Buffer.compare(topicIdOrder(one.id), topicIdOrder(other.id))
  );
}
