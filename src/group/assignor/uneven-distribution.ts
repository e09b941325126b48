/**
 * The sticky assignment of a group whose members subscribe to different topics. Everybody keeps what it owned and still subscribes to; what is left goes to
 * that member, of those that may have it, that has least; then partitions move, one at a time, to members that have less by two or more, until none can. If
 * that has not made it more even in the end, nothing has moved. (AbstractStickyAssignor.GeneralAssignmentBuilder.)
 */
import { EVENING_ROUNDS_MAX } from '../../limits.ts';
import { PartitionMovements } from './partition-movements.ts';
import type { PreviousOwners } from './previous-owners.ts';
import type { StickyGroup } from './sticky-group.ts';

const NOBODY = -1;

export class UnevenDistribution {
  readonly #group: StickyGroup;
  readonly #formerOwners: Int32Array;
  lists: readonly number[][];
  /** How many partitions each member has. */
  readonly #counts: Int32Array;
  readonly #owners: Int32Array;
  /** Of each topic its subscribers. */
  readonly #subscribers: readonly Int32Array[];
  readonly #movements: PartitionMovements;
  /** Somebody has lost what it owned, so that more than what is new has to be dealt out. */
  #hasRevoked = false;

  constructor(group: StickyGroup, previous: PreviousOwners) {
    this.#group = group;
    this.#formerOwners = previous.formerOwners();
    this.#movements = new PartitionMovements(group.memberIds.length);
    this.#subscribers = subscribersOf(group);
    this.#owners = new Int32Array(group.partitionCount).fill(NOBODY);
    this.lists = previous.owned.map((owned, member) => this.#kept(member, owned));
    this.#counts = Int32Array.from(this.lists, ({ length }) => length);
    const all = this.#partitionsInOrder();
    const unassigned = all.filter((partition) => this.#owners[partition] === NOBODY);
    const isNew = this.lists.every((list) => list.length === 0);
    this.#assignAll(unassigned);
    this.#even(unassigned, all, isNew);
  }

  #kept(member: number, owned: Iterable<number>): number[] {
    const { subscribed } = this.#group;
    const kept: number[] = [];
    for (const partition of owned) {
      if (!subscribed[member].has(this.#group.topicOf(partition)) || this.#group.areApart(member, partition)) {
        this.#hasRevoked = true;
        continue;
      }
      kept.push(partition);
      this.#owners[partition] = member;
    }
    return kept;
  }

  /** Those first that fewest members may have. */
  #partitionsInOrder(): number[] {
    const group = this.#group;
    const counts = this.#subscribers.map(({ length }) => length);
    const topics = [...counts.keys()].sort((one, other) => counts[one] - counts[other] || one - other);
    return topics.flatMap((topic) => Array.from({ length: group.countOf(topic) }, (_, i) => group.firstOf(topic) + i));
  }

  /** First to members that are near, then to any. */
  #assignAll(unassigned: readonly number[]): void {
    const { racks } = this.#group;
    for (const onlyNear of racks.matters ? [true, false] : [false]) {
      for (const partition of unassigned) {
        if (this.#owners[partition] !== NOBODY) continue;
        const member = this.#leastLoaded(partition, onlyNear);
        if (member === NOBODY) continue;
        this.#give(partition, member);
      }
    }
  }

  /** Of those who may have it. Members are in the order of their ids: of several that have as little it is the first. */
  #leastLoaded(partition: number, onlyNear = false): number {
    let found = NOBODY;
    let least = Number.POSITIVE_INFINITY;
    for (const member of this.#subscribers[this.#group.topicOf(partition)]) {
      const count = this.#counts[member];
      if (count >= least || (onlyNear && this.#group.areApart(member, partition))) continue;
      found = member;
      least = count;
    }
    return found;
  }

  #even(unassigned: readonly number[], all: readonly number[], isNew: boolean): void {
    const isMovable = (partition: number): boolean => this.#subscribers[this.#group.topicOf(partition)].length >= 2;
    const before = this.lists.map((list) => [...list]);
    // Who has all that it may have, and nobody else may have any of it, takes no part.
    const players = [...this.lists.keys()].filter(
      (member) => this.lists[member].some(isMovable) || this.lists[member].length < this.#mostOf(member),
    );
    const unevenness = unevennessOf(players.map((member) => this.#counts[member]));
    if (!this.#hasRevoked) this.#moveAll(unassigned.filter(isMovable));
    const hasMoved = this.#moveAll(all.filter(isMovable));
    if (isNew || !hasMoved) return;
    if (unevennessOf(players.map((member) => this.#counts[member])) < unevenness) return;
    this.lists = before;
  }

  /** So many partitions a member can have. */
  #mostOf(member: number): number {
    let most = 0;
    for (const topic of this.#group.subscribed[member]) most += this.#group.countOf(topic);
    return most;
  }

  /** Until no move makes it more even. Says whether anything has moved. */
  #moveAll(partitions: readonly number[]): boolean {
    let hasMoved = false;
    for (let round = 0; round < EVENING_ROUNDS_MAX; round++) {
      let moved = false;
      for (const partition of partitions) moved = this.#moveIfBetter(partition) || moved;
      if (!moved) break;
      hasMoved = true;
    }
    return hasMoved;
  }

  #moveIfBetter(partition: number): boolean {
    const count = this.#counts[this.#owners[partition]];
    const topic = this.#group.topicOf(partition);
    const former = this.#formerOwners[partition];
    // Who was away and has come back gets its own back.
    const mayReturn = former !== NOBODY && this.#group.subscribed[former].has(topic);
    const to = mayReturn && count > this.#counts[former] + 1 ? former : this.#leastLoaded(partition);
    if (count <= this.#counts[to] + 1) return false;
    const standIn = this.#movements.standIn(partition, { topic, from: this.#owners[partition], to });
    const from = this.#owners[standIn];
    this.#movements.move(standIn, { topic, from, to });
    const list = this.lists[from];
    list.splice(list.indexOf(standIn), 1);
    this.#counts[from]--;
    this.#give(standIn, to);
    return true;
  }

  #give(partition: number, member: number): void {
    this.lists[member].push(partition);
    this.#counts[member]++;
    this.#owners[partition] = member;
  }
}

function subscribersOf(group: StickyGroup): Int32Array[] {
  const subscribers = group.topics.map((): number[] => []);
  for (const [member, topics] of group.subscribed.entries()) {
    for (const topic of topics) subscribers[topic].push(member);
  }
  return subscribers.map((members) => Int32Array.from(members));
}

/** The sum over all pairs of members of what one has more than the other. */
function unevennessOf(counts: readonly number[]): number {
  const sorted = counts.toSorted((one, other) => one - other);
  // The member at place i has so much more than i others, and less than those behind it.
  return sorted.reduce((sum, count, i) => sum + count * (2 * i + 1 - sorted.length), 0);
}
