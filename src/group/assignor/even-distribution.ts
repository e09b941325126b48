/**
 * The sticky assignment of a group whose members all subscribe to the same: each gets a quota or one more. Everybody keeps what it owned, up to that; what is
 * left goes to those that are short, in turn. No assignment that is as even keeps more (where racks do not matter).
 *
 * Where they do, nobody keeps a partition that has no replica in its rack, and what is left goes first to members that are near it.
 * (AbstractStickyAssignor.ConstrainedAssignmentBuilder.)
 */
import { assert } from '../../assert.ts';
import type { PreviousOwners } from './previous-owners.ts';
import type { StickyGroup } from './sticky-group.ts';

export class EvenDistribution {
  readonly #group: StickyGroup;
  readonly #previous: PreviousOwners;
  readonly lists: readonly number[][];
  /** Partitions that go to another member than the one that owns them yet. */
  readonly transferred = new Set<number>();
  /** What owners may have to give back. */
  readonly #released = new Map<number, number>();
  readonly #quota: number;
  readonly #mostQuota: number;
  /** So many members may still get one more than the quota. */
  #extra: number;
  /** Members that have less than the quota, and those that have it and might get one more. */
  #short: number[] = [];
  #filled: number[] = [];

  constructor(group: StickyGroup, previous: PreviousOwners) {
    this.#group = group;
    this.#previous = previous;
    this.lists = group.memberIds.map(() => []);
    const memberCount = group.memberIds.length;
    this.#quota = Math.floor(group.partitionCount / memberCount);
    this.#mostQuota = Math.ceil(group.partitionCount / memberCount);
    this.#extra = group.partitionCount % memberCount;
    for (const member of group.givenOrder) this.#keepOwned(member);
    this.#short.sort(byNumber);
    this.#filled.sort(byNumber);
    const left = group.racks.matters ? this.#assignNear(this.#unassigned()) : this.#unassigned();
    this.#assignInTurn(left);
  }

  #keepOwned(member: number): void {
    const owned = this.#ownedInOrder(member);
    if (owned.length < this.#quota) {
      this.#short.push(member);
      this.#keep(member, owned, owned.length);
    } else if (owned.length >= this.#mostQuota && this.#extra > 0) {
      this.#takeExtra();
      this.#keep(member, owned, this.#mostQuota);
    } else {
      this.#keep(member, owned, this.#quota);
      if (this.#extra > 0) this.#filled.push(member);
    }
  }

  /** First those that are first in their topics, so that what a member keeps goes through all topics alike. */
  #ownedInOrder(member: number): number[] {
    const group = this.#group;
    const owned: number[] = [];
    for (const partition of this.#previous.owned[member]) {
      if (group.areApart(member, partition)) this.#released.set(partition, member);
      else if (!this.#previous.disputed.has(partition)) owned.push(partition);
    }
    return owned.sort((one, other) => group.indexOf(one) - group.indexOf(other) || one - other);
  }

  #keep(member: number, owned: readonly number[], count: number): void {
    for (let i = 0; i < count; i++) this.lists[member].push(owned[i]);
    for (let i = count; i < owned.length; i++) this.#released.set(owned[i], member);
  }

  #takeExtra(): void {
    this.#extra--;
    if (this.#extra === 0) this.#filled = [];
  }

  #unassigned(): number[] {
    const isAssigned = new Uint8Array(this.#group.partitionCount);
    for (const list of this.lists) for (const partition of list) isAssigned[partition] = 1;
    const unassigned: number[] = [];
    for (const [partition, assigned] of isAssigned.entries()) if (assigned === 0) unassigned.push(partition);
    return unassigned;
  }

  /** Those first that fewest members are near. Returns what went to nobody. */
  #assignNear(unassigned: readonly number[]): number[] {
    const { racks } = this.#group;
    const left: number[] = [];
    let next = 0;
    for (const partition of unassigned.toSorted((one, other) => racks.membersNear(one) - racks.membersNear(other))) {
      const position = this.#nextNear(partition, this.#short, next);
      if (position >= 0) {
        const member = this.#short[position];
        next = this.#fill(position) ? position : position + 1;
        next = this.#short.length === 0 ? 0 : next % this.#short.length;
        this.#assign(partition, member);
        continue;
      }
      const filled = this.#nextNear(partition, this.#filled, 0);
      if (filled < 0) {
        left.push(partition);
        continue;
      }
      const [member] = this.#filled.splice(filled, 1);
      this.#assign(partition, member);
      this.#takeExtra();
    }
    return left;
  }

  /** About to get one more; says whether the member is short no longer. */
  #fill(position: number): boolean {
    const member = this.#short[position];
    const count = this.lists[member].length + 1;
    if (count < this.#quota) return false;
    this.#short.splice(position, 1);
    if (count < this.#mostQuota && this.#extra > 0) this.#filled.push(member);
    return true;
  }

  /** Where in `members`, from `first` on and around, the next one stands that is near; -1 for none. */
  #nextNear(partition: number, members: readonly number[], first: number): number {
    const { length } = members;
    for (let i = 0; i < length; i++) {
      const position = (first + i) % length;
      if (this.#group.racks.areTogether(members[position], partition)) return position;
    }
    return -1;
  }

  #assignInTurn(unassigned: readonly number[]): void {
    let turn = 0;
    let nextFilled = 0;
    for (const partition of unassigned) {
      if (this.#short.length === 0) {
        assert(nextFilled < this.#filled.length, 'no member has room for partition', partition);
        this.#assign(partition, this.#filled[nextFilled++]);
        continue;
      }
      if (turn >= this.#short.length) turn = 0;
      const member = this.#short[turn];
      this.#assign(partition, member);
      if (this.lists[member].length === this.#quota) {
        this.#short.splice(turn, 1);
        this.#filled.push(member);
      } else turn++;
    }
  }

  #assign(partition: number, member: number): void {
    this.lists[member].push(partition);
    const owner = this.#released.get(partition);
    if ((owner !== undefined && owner !== member) || this.#previous.disputed.has(partition)) {
      this.transferred.add(partition);
    }
  }
}

function byNumber(one: number, other: number): number {
  return one - other;
}
