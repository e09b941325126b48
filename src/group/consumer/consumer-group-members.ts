/**
 * The members of a group of the consumer protocol, whichever protocol they speak: taken in, led to what they are to have, and removed. The half of a group that nobody asks
 * by name; every step stands in the log before anybody hears of it, or has not been taken.
 *
 * When only members with the classic protocol are left the group becomes a classic one, where `group.consumer.migration.policy` lets it.
 */
import type { PartitionsById, ServerAssignor } from '../assignor/server-assignor.ts';
import type { GroupError } from '../group-requests.ts';
import { downgraded, type DowngradedGroup } from '../migration/group-downgrade.ts';
import { allowsDowngrade } from '../migration/migration-policy.ts';
import { findClassic, mustRejoin } from './classic-standing.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import type { ConsumerEnvironment } from './consumer-environment.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import {
  type ConsumerMember,
  type CurrentAssignment,
  type MemberSubscription,
  patternOf,
  sameAssignment,
  sameSubscription,
  sameTopics,
} from './consumer-member.ts';
import { isRefusal, type Refusal } from './consumer-requests.ts';
import { reconciled } from './current-assignment.ts';
import { GroupPatterns, type PatternChange } from './group-patterns.ts';
import { MemberTimers } from './member-timers.ts';
import { RebalanceWatchers } from './rebalance-watchers.ts';
import { serverAssignors } from './server-assignors.ts';
import { assignTargets, topicIdsOf } from './target-assignment.ts';

/** A member that has been let in, with what it says of itself now. */
export interface ComingMember {
  readonly before: ConsumerMember;
  readonly subscription: MemberSubscription;
  /** What it has; null where it does not say. */
  readonly owned: PartitionsById | null;
}

export interface TakenMember extends ComingMember {
  readonly hasNewNames: boolean;
  readonly pattern: PatternChange;
}

export abstract class ConsumerGroupMembers {
  readonly state: ConsumerGroupState;
  protected readonly environment: ConsumerEnvironment;
  protected readonly patterns: GroupPatterns;
  protected readonly timers: MemberTimers;
  protected readonly watchers: RebalanceWatchers;
  /** Of the topics when they were last looked at. */
  #topicsVersion = -1;

  /** Members that a log tells of have their sessions begin anew. */
  constructor(state: ConsumerGroupState, environment: ConsumerEnvironment) {
    this.state = state;
    this.watchers = new RebalanceWatchers((identity) => {
      const member = findClassic(state, identity);
      if ('error' in member) return member.error;
      return mustRejoin(state, member) ? 'REBALANCE_IN_PROGRESS' : null;
    });
    this.environment = {
      ...environment,
      write: (groupId, records) => {
        const error = environment.write(groupId, records);
        if (error === null) this.watchers.look();
        return error;
      },
    };
    this.patterns = new GroupPatterns(state, this.environment);
    this.timers = new MemberTimers(environment.clock);
    for (const member of state.members.values()) {
      this.touch(member);
      if (member.current.state === 'unrevoked') this.awaitRevocation(member.memberId);
    }
  }

  /** Members that leave, are lost, or dismissed. */
  remove(memberIds: readonly string[]): GroupError {
    const { state } = this;
    const classic = this.#classicWithout(memberIds);
    const change = new ConsumerGroupChange(state);
    if (classic !== null) return this.becomeClassic(change, classic);
    change.attempt(() => this.#removeIn(change, memberIds));
    const refusal = this.write(change);
    if (refusal !== null) return refusal.error;
    for (const memberId of memberIds) this.timers.endMember(memberId);
    return null;
  }

  /** Takes a step that looks at the topics (`takeIn`), and writes it; one that is refused, or cannot be written, has changed nothing. */
  protected step<Done extends object>(take: (change: ConsumerGroupChange) => Done | Refusal): Done | Refusal {
    const change = new ConsumerGroupChange(this.state);
    const { version } = this.environment.topics;
    const done = change.attempt(() => take(change));
    if (isRefusal(done)) {
      change.rollBack();
      return done;
    }
    const refusal = this.write(change);
    if (refusal !== null) return refusal;
    this.#topicsVersion = version;
    return done;
  }

  /** What cannot be written is taken back. */
  protected write(change: ConsumerGroupChange): Refusal | null {
    if (change.records.length === 0) return null;
    const error = change.attempt(() => this.environment.write(this.state.groupId, change.records));
    if (error === null) return null;
    change.rollBack();
    return { error, message: 'the state of the group could not be written' };
  }

  /** What it says of itself holds from now on; where that, or the topics, are others than before the group has a new epoch. */
  protected takeIn(coming: ComingMember, memberId: string, change: ConsumerGroupChange): TakenMember | Refusal {
    const { state } = this;
    const { groupId } = state;
    const { topics, hash } = this.environment;
    const { before, subscription } = coming;
    const hasNewNames = !sameTopics(before.subscription.topicNames, subscription.topicNames);
    if (!sameSubscription(before.subscription, subscription))
      change.add({ kind: 'member', groupId, memberId, value: subscription });
    const pattern = this.patterns.change(before.subscription, subscription, change);
    if ('error' in pattern) return pattern;
    const isBumped = state.epoch === 0 || hasNewNames || pattern.isResolved;
    if (isBumped || this.#topicsVersion !== topics.version) {
      const metadataHash = hash.of(state.subscribedTopics);
      if (isBumped || metadataHash !== state.metadataHash) change.bumpEpoch(metadataHash);
      if (state.hasTopicsRecord) change.add({ kind: 'topics', groupId, value: null });
    }
    return { ...coming, hasNewNames, pattern };
  }

  /** Works out who is to have what, where the group's epoch is ahead of that. */
  protected assign(change: ConsumerGroupChange): void {
    const { state } = this;
    const { topics } = this.environment;
    if (state.epoch > state.assignmentEpoch) assignTargets(state, change, { assignor: this.#assignor(), topics });
  }

  /** Takes the member a step on the way to its target. */
  protected reconcile(
    { before, subscription, owned, hasNewNames, pattern }: TakenMember,
    memberId: string,
    change: ConsumerGroupChange,
  ): CurrentAssignment | Refusal {
    const { state } = this;
    const { groupId } = state;
    const current = reconciled(before.current, {
      targetEpoch: state.assignmentEpoch,
      target: state.target(memberId),
      subscribedTopicIds: topicIdsOf(state, subscription, this.environment.topics),
      hasSubscriptionChanged: hasNewNames || pattern.hasChanged,
      owned,
      isOwned: (topicId, partition) => state.ownerOf(topicId, partition) !== null,
    });
    if (current === null)
      return { error: 'FENCED_MEMBER_EPOCH', message: 'the member must let go of everything and join again' };
    if (!sameAssignment(before.current, current)) change.add({ kind: 'current', groupId, memberId, value: current });
    return current;
  }

  /** Whether all members but these use the classic protocol, and as many as are left may be a classic group. */
  protected mayBecomeClassic(leaving: readonly string[], left: number): boolean {
    const { groupConsumerMigrationPolicy: policy, groupMaxSize } = this.environment.settings;
    return left > 0 && left <= groupMaxSize && allowsDowngrade(policy) && this.state.areClassicBut(leaving);
  }

  /** Null where what a member says of itself cannot be read. */
  protected asClassic(
    members: readonly ConsumerMember[],
    generationId: number,
    rebalanceReason: string | null,
  ): DowngradedGroup | null {
    const { topics, clock } = this.environment;
    return downgraded(this.state, { members, generationId, topics, now: clock.now(), rebalanceReason });
  }

  /** Written behind what the change has already. */
  protected becomeClassic(change: ConsumerGroupChange, group: DowngradedGroup): GroupError {
    const error = change.attempt(() => {
      change.forgetGroup();
      return this.environment.downgrade(this.state.groupId, change.records, group);
    });
    if (error !== null) change.rollBack();
    return error;
  }

  protected touch({ memberId, subscription }: ConsumerMember): void {
    const { settings, overridesOf } = this.environment;
    const ownMs = overridesOf(this.state.groupId).sessionTimeoutMs ?? settings.groupConsumerSessionTimeoutMs;
    const sessionMs = subscription.classic?.sessionTimeoutMs ?? ownMs;
    this.timers.start('session', memberId, sessionMs, () => this.lose(memberId, 'its session has ended'));
  }

  protected awaitRevocation(memberId: string): void {
    const { subscription, current } = this.state.members.get(memberId)!;
    this.timers.start('rebalance', memberId, subscription.rebalanceTimeoutMs, () => {
      if (this.state.members.get(memberId)?.current.epoch === current.epoch)
        this.lose(memberId, 'it has not let go of partitions in time');
    });
  }

  protected lose(memberId: string, reason: string): void {
    const { groupId } = this.state;
    const member = this.state.members.get(memberId);
    if (member === undefined) return;
    this.environment.logger.info?.({ groupId, memberId, reason }, 'a member of a group was lost');
    let isRemoved = false;
    try {
      isRemoved = this.remove([memberId]) === null;
    } finally {
      // What cannot be written now may be later.
      if (!isRemoved) this.touch(member);
    }
  }

  #removeIn(change: ConsumerGroupChange, memberIds: readonly string[]): void {
    const { state } = this;
    const patterns = new Set<string>();
    for (const memberId of memberIds) {
      const pattern = patternOf(state.members.get(memberId)!.subscription);
      if (pattern !== null) patterns.add(pattern);
      change.removeMember(memberId);
    }
    change.forgetPatterns(patterns);
    change.bumpEpoch(this.environment.hash.of(state.subscribedTopics));
  }

  #classicWithout(memberIds: readonly string[]): DowngradedGroup | null {
    const { members, epoch } = this.state;
    if (!this.mayBecomeClassic(memberIds, members.size - memberIds.length)) return null;
    const staying = [...members.values()].filter(({ memberId }) => !memberIds.includes(memberId));
    return this.asClassic(staying, epoch, 'only members with the classic protocol are left');
  }

  #assignor(): ServerAssignor {
    const [first] = this.environment.settings.groupConsumerAssignors;
    // One that is no longer served was asked for before the coordinator began anew.
    return serverAssignors.get(this.state.preferredAssignor ?? first) ?? serverAssignors.get(first)!;
  }
}
