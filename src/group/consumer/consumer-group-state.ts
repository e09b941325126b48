/**
 * A group of the consumer protocol, as its records tell of it: members, what each has and is to have, epochs. (ConsumerGroup, ModernGroup)
 *
 *     Empty         no members
 *     Assigning     the group's epoch is ahead of the target's: somebody's next heartbeat works out who is to have what
 *     Reconciling   members are on the way to their targets
 *     Stable        all have what they are to have
 *
 * Promises: what it says follows from the records that were applied, in their order, and from nothing else; `apply` returns the record that undoes the one
 * applied, so that what could not be written never was. Counts as it goes: no question but that for the state walks through all members.
 */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import { ProtocolVotes } from '../classic/protocol-votes.ts';
import {
  type ConsumerMember,
  type CurrentAssignment,
  isReconciledTo,
  LEAVING_EPOCH,
  type MemberSubscription,
  newMember,
  NOTHING_ASSIGNED,
  patternOf,
} from './consumer-member.ts';
import type { ConsumerRecord, ResolvedPattern } from './consumer-record.ts';
import { NO_PARTITIONS } from './partition-sets.ts';

export type ConsumerGroupStateName = 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' | 'Dead';

export class ConsumerGroupState {
  readonly groupId: string;
  readonly members = new Map<string, ConsumerMember>();
  readonly targets = new Map<string, PartitionsById>();
  readonly patterns = new Map<string, ResolvedPattern>();
  epoch = 0;
  metadataHash = 0n;
  assignmentEpoch = 0;
  /** There is a record of Kafka 4.0 that is to be taken back. */
  hasTopicsRecord = false;
  /** Member ids by instance ids. */
  readonly #statics = new Map<string, string>();
  /** Member ids by topic ids and partitions: of what members have, or have not let go of yet. */
  readonly #owners = new Map<string, Map<number, string>>();
  /** How many members name a topic, how many expressions stand for it, how many members have an expression, and ask for an assignor. */
  readonly #named = new Map<string, number>();
  readonly #matched = new Map<string, number>();
  readonly #patterns = new Map<string, number>();
  readonly #assignors = new Map<string, number>();
  /** Of members with the classic protocol: how many there are, and which of its protocols they support. */
  #classicCount = 0;
  readonly #classicVotes = new ProtocolVotes();

  constructor(groupId: string) {
    this.groupId = groupId;
  }

  get state(): ConsumerGroupStateName {
    if (this.members.size === 0) return 'Empty';
    if (this.epoch > this.assignmentEpoch) return 'Assigning';
    for (const member of this.members.values()) if (!isReconciledTo(member, this.assignmentEpoch)) return 'Reconciling';
    return 'Stable';
  }

  staticMember(instanceId: string): ConsumerMember | null {
    return this.members.get(this.#statics.get(instanceId) ?? '') ?? null;
  }

  target(memberId: string): PartitionsById {
    return this.targets.get(memberId) ?? NO_PARTITIONS;
  }

  /** The member that has it, or has not let go of it yet. */
  ownerOf(topicId: string, partition: number): string | null {
    return this.#owners.get(topicId)?.get(partition) ?? null;
  }

  get subscribedTopics(): ReadonlySet<string> {
    return new Set([...this.#named.keys(), ...this.#matched.keys()]);
  }

  /** By name and by expressions. */
  topicsOf({ topicNames, ...rest }: MemberSubscription): ReadonlySet<string> {
    const pattern = patternOf({ topicNames, ...rest });
    const matched = pattern === null ? undefined : this.patterns.get(pattern)?.topics;
    if (matched === undefined || matched.size === 0) return topicNames;
    return topicNames.size === 0 ? matched : new Set([...topicNames, ...matched]);
  }

  get subscribedPatterns(): ReadonlySet<string> {
    return new Set(this.#patterns.keys());
  }

  subscribersOf(pattern: string): number {
    return this.#patterns.get(pattern) ?? 0;
  }

  /** The one that most members ask for; null where nobody has a wish. */
  get preferredAssignor(): string | null {
    let preferred: string | null = null;
    let votes = 0;
    for (const [name, count] of this.#assignors) {
      if (count <= votes) continue;
      preferred = name;
      votes = count;
    }
    return preferred;
  }

  /** Do all members subscribe to the same? */
  get isHomogeneous(): boolean {
    const [patternCount] = this.#patterns.values();
    if (patternCount === undefined) {
      for (const topic of this.subscribedTopics) if (this.#named.get(topic) !== this.members.size) return false;
      return true;
    }
    if (patternCount !== this.members.size || this.#named.size > 0) return false;
    for (const count of this.#matched.values()) if (count !== 1) return false;
    return true;
  }

  /** Do all members but these, which are some, use the classic protocol? */
  areClassicBut(memberIds: readonly string[]): boolean {
    const excepted = memberIds.filter((memberId) => this.members.get(memberId)!.subscription.classic !== null);
    return this.#classicCount - excepted.length === this.members.size - memberIds.length;
  }

  /** Has who joins a protocol that all members with the classic protocol have? */
  supportsOneOf(names: readonly string[]): boolean {
    return names.some((name) => this.#classicVotes.isSupportedByAll(name, this.#classicCount));
  }

  apply(record: ConsumerRecord): ConsumerRecord {
    const { groupId } = this;
    switch (record.kind) {
      case 'group': {
        const undo = { kind: record.kind, groupId, value: { epoch: this.epoch, metadataHash: this.metadataHash } };
        this.epoch = record.value?.epoch ?? 0;
        this.metadataHash = record.value?.metadataHash ?? 0n;
        return undo;
      }
      case 'topics': {
        const undo = { kind: record.kind, groupId, value: this.hasTopicsRecord ? ('some' as const) : null };
        this.hasTopicsRecord = record.value !== null;
        return undo;
      }
      case 'targetEpoch': {
        const undo = { kind: record.kind, groupId, value: this.assignmentEpoch };
        this.assignmentEpoch = record.value ?? 0;
        return undo;
      }
      case 'target': {
        const { memberId } = record;
        const undo = { kind: record.kind, groupId, memberId, value: this.targets.get(memberId) ?? null };
        if (record.value === null) this.targets.delete(memberId);
        else this.targets.set(memberId, record.value);
        return undo;
      }
      case 'pattern': {
        const { pattern } = record;
        const undo = { kind: record.kind, groupId, pattern, value: this.patterns.get(pattern) ?? null };
        this.#setPattern(pattern, record.value);
        return undo;
      }
      case 'member': {
        const { memberId } = record;
        const value = this.members.get(memberId)?.subscription ?? null;
        this.#setSubscription(memberId, record.value);
        return { kind: record.kind, groupId, memberId, value };
      }
      case 'current': {
        const { memberId } = record;
        const value = this.members.get(memberId)?.current ?? null;
        this.#setCurrent(memberId, record.value);
        return { kind: record.kind, groupId, memberId, value };
      }
    }
  }

  #setPattern(pattern: string, resolved: ResolvedPattern | null): void {
    for (const topic of this.patterns.get(pattern)?.topics ?? []) tally(this.#matched, topic, -1);
    for (const topic of resolved?.topics ?? []) tally(this.#matched, topic, 1);
    if (resolved === null) this.patterns.delete(pattern);
    else this.patterns.set(pattern, resolved);
  }

  #setSubscription(memberId: string, subscription: MemberSubscription | null): void {
    const member = this.members.get(memberId);
    if (member !== undefined) this.#countSubscription(memberId, member.subscription, -1);
    if (subscription === null) {
      if (member !== undefined) this.#own(member, NOTHING_ASSIGNED);
      this.members.delete(memberId);
      return;
    }
    this.#countSubscription(memberId, subscription, 1);
    this.members.set(memberId, { ...(member ?? newMember(memberId)), subscription });
  }

  #countSubscription(memberId: string, subscription: MemberSubscription, change: 1 | -1): void {
    const { instanceId, topicNames, assignor, classic } = subscription;
    const pattern = patternOf(subscription);
    for (const topic of topicNames) tally(this.#named, topic, change);
    if (pattern !== null) tally(this.#patterns, pattern, change);
    if (assignor !== null) tally(this.#assignors, assignor, change);
    if (classic !== null) {
      this.#classicCount += change;
      if (change === 1) this.#classicVotes.add(classic.protocols);
      else this.#classicVotes.remove(classic.protocols);
    }
    if (instanceId === null) return;
    if (change === 1) this.#statics.set(instanceId, memberId);
    else if (this.#statics.get(instanceId) === memberId) this.#statics.delete(instanceId);
  }

  /** A member that a log tells of in another order is made here. */
  #setCurrent(memberId: string, current: CurrentAssignment | null): void {
    const member = this.members.get(memberId);
    if (member === undefined && current === null) return;
    const before = member ?? newMember(memberId);
    const after = current ?? { ...NOTHING_ASSIGNED, epoch: LEAVING_EPOCH };
    this.#own(before, after);
    this.members.set(memberId, { ...before, current: after });
  }

  #own({ memberId, current: before }: ConsumerMember, after: CurrentAssignment): void {
    for (const partitions of [before.assigned, before.revoking]) {
      for (const [topicId, indexes] of partitions) {
        const owners = this.#owners.get(topicId);
        if (owners === undefined) continue;
        for (const index of indexes) if (owners.get(index) === memberId) owners.delete(index);
        if (owners.size === 0) this.#owners.delete(topicId);
      }
    }
    for (const partitions of [after.assigned, after.revoking]) {
      for (const [topicId, indexes] of partitions) {
        const owners = this.#owners.get(topicId) ?? new Map<number, string>();
        this.#owners.set(topicId, owners);
        for (const index of indexes) owners.set(index, memberId);
      }
    }
  }
}

function tally(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const after = (counts.get(key) ?? 0) + change;
  if (after === 0) counts.delete(key);
  else counts.set(key, after);
}
