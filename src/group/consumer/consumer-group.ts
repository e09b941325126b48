/**
 * A group of the consumer protocol (KIP-848): members say in heartbeats what they subscribe to and what they have, and are told what they are to have; who has what is
 * worked out here. A state machine without I/O; every answer stands in the log before it is given. (GroupMetadataManager)
 *
 * A heartbeat does three things: it takes in the member, and gives the group a new epoch where subscriptions or topics are others than before; it works out targets
 * where the group's epoch is ahead of theirs; it takes the member a step on the way to its own. Whoever is not heard of for a session, or does not let go in time
 * of what it must, is removed.
 */
import type { ServerAssignor } from '../assignor/server-assignor.ts';
import type { OffsetFacts } from '../offset-expiry.ts';
import type { GroupError, MemberIdentity } from '../group-requests.ts';
import { serverAssignors } from './server-assignors.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import type { ConsumerEnvironment } from './consumer-environment.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import { describeConsumerGroup } from './consumer-group-description.ts';
import {
  type ConsumerMember,
  type CurrentAssignment,
  type MemberSubscription,
  PAUSING_EPOCH,
  sameAssignment,
  sameSubscription,
  sameTopics,
} from './consumer-member.ts';
import {
  type ConsumerGroupDescription,
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  type Refusal,
  refusedHeartbeat,
} from './consumer-requests.ts';
import { reconciled } from './current-assignment.ts';
import { GroupPatterns } from './group-patterns.ts';
import { admit, findLeaving } from './member-admission.ts';
import { MemberTimers } from './member-timers.ts';
import { NO_PARTITIONS, samePartitions } from './partition-sets.ts';
import { assignTargets, topicIdsOf } from './target-assignment.ts';

interface Proceeded {
  readonly before: ConsumerMember;
  readonly current: CurrentAssignment;
  readonly refreshes: boolean;
}

export class ConsumerGroup {
  readonly state: ConsumerGroupState;
  readonly #environment: ConsumerEnvironment;
  readonly #patterns: GroupPatterns;
  readonly #timers: MemberTimers;
  /** Of the topics when they were last looked at. */
  #topicsVersion = -1;

  /** Members that a log tells of have their sessions begin anew. */
  constructor(state: ConsumerGroupState, environment: ConsumerEnvironment) {
    this.state = state;
    this.#environment = environment;
    this.#patterns = new GroupPatterns(state, environment);
    this.#timers = new MemberTimers(environment.clock);
    for (const member of state.members.values()) {
      this.#touch(member);
      if (member.current.state === 'unrevoked') this.#awaitRevocation(member.memberId);
    }
  }

  /** Of a request that `checkHeartbeat` has let pass. */
  heartbeat(request: ConsumerHeartbeatRequest): ConsumerHeartbeatAnswer {
    const { state } = this;
    const { groupConsumerMaxSize: max } = this.#environment.settings;
    if (state.members.size >= max && !state.members.has(request.memberId))
      return refusedHeartbeat('GROUP_MAX_SIZE_REACHED', `the group has ${max} members, and may have no more`);
    const change = new ConsumerGroupChange(state);
    const replaced = request.instanceId === null ? null : state.staticMember(request.instanceId);
    const { version } = this.#environment.topics;
    const proceeded = this.#proceed(request, change);
    const refusal = 'error' in proceeded ? proceeded : this.#write(change);
    if (refusal !== null || 'error' in proceeded) {
      change.rollBack();
      return refusedHeartbeat(refusal?.error ?? null, refusal?.message ?? null);
    }
    this.#topicsVersion = version;
    const { before, current, refreshes } = proceeded;
    const member = state.members.get(request.memberId)!;
    if (replaced !== null && replaced.memberId !== member.memberId) this.#timers.end(replaced.memberId);
    this.#touch(member);
    if (!sameAssignment(before.current, current)) {
      if (current.state === 'unrevoked') this.#awaitRevocation(member.memberId);
      else this.#timers.endRebalance(member.memberId);
    }
    if (refreshes) void this.#patterns.refresh(request.mayDescribe);
    const isTold = isFull(request) || !samePartitions(before.current.assigned, current.assigned);
    return {
      error: null,
      message: null,
      memberId: member.memberId,
      memberEpoch: current.epoch,
      heartbeatIntervalMs: this.#environment.settings.groupConsumerHeartbeatIntervalMs,
      assignment: isTold ? current.assigned : null,
    };
  }

  /** A static member that is back soon keeps what it has. */
  leave(request: ConsumerHeartbeatRequest): ConsumerHeartbeatAnswer {
    const member = findLeaving(this.state, request);
    if ('error' in member) return refusedHeartbeat(member.error, member.message);
    const { memberEpoch } = request;
    const isBackSoon = request.instanceId !== null && memberEpoch === PAUSING_EPOCH;
    const error = isBackSoon ? this.#pause(member) : this.remove([member.memberId]);
    if (error !== null) return refusedHeartbeat(error, null);
    return {
      error: null,
      message: null,
      memberId: member.memberId,
      memberEpoch,
      heartbeatIntervalMs: 0,
      assignment: null,
    };
  }

  /** Members that are lost, or dismissed. */
  remove(memberIds: readonly string[]): GroupError {
    const { state } = this;
    const change = new ConsumerGroupChange(state);
    const patterns = new Set<string>();
    for (const memberId of memberIds) {
      const { topicPattern } = state.members.get(memberId)!.subscription;
      if (topicPattern !== null && topicPattern !== '') patterns.add(topicPattern);
      change.removeMember(memberId);
    }
    change.forgetPatterns(patterns);
    change.bumpEpoch(this.#environment.hash.of(state.subscribedTopics));
    const refusal = this.#write(change);
    if (refusal !== null) {
      change.rollBack();
      return refusal.error;
    }
    for (const memberId of memberIds) this.#timers.end(memberId);
    return null;
  }

  /** Whether who says that it is this member may commit offsets. */
  checkCommit(
    { memberId, groupInstanceId, generationId }: MemberIdentity,
    { isTransactional, knowsMemberEpochs = true }: { readonly isTransactional: boolean; knowsMemberEpochs?: boolean },
  ): GroupError {
    if (generationId < 0 && this.state.members.size === 0) return null;
    // In a transaction of a client that knows no groups.
    if (isTransactional && generationId === -1 && memberId === '' && groupInstanceId === null) return null;
    const member = this.state.members.get(memberId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    const isClassic = member.subscription.classic !== null;
    if (!isTransactional && !isClassic && !knowsMemberEpochs) return 'UNSUPPORTED_VERSION';
    const error = this.#checkEpoch(member, generationId);
    // Transactional clients have no name for a member's epoch.
    return isTransactional && error !== null ? 'ILLEGAL_GENERATION' : error;
  }

  /** Whether who says that it is this member may ask for offsets. Null for who says nothing. */
  checkFetch(memberId: string | null, memberEpoch: number): GroupError {
    if (memberId === null && memberEpoch < 0) return null;
    const member = this.state.members.get(memberId ?? '');
    return member === undefined ? 'UNKNOWN_MEMBER_ID' : this.#checkEpoch(member, memberEpoch);
  }

  get offsetFacts(): OffsetFacts {
    return {
      type: 'consumer',
      state: this.state.state,
      protocolType: 'consumer',
      stateSince: null,
      subscribedTopics: this.state.subscribedTopics,
    };
  }

  describe(): ConsumerGroupDescription {
    const { topics, settings } = this.#environment;
    return describeConsumerGroup(this.state, topics, settings.groupConsumerAssignors[0]);
  }

  /** The coordinator is no more, or the group is: it keeps no time. */
  end(): void {
    this.#timers.endAll();
    this.#patterns.end();
  }

  #proceed(request: ConsumerHeartbeatRequest, change: ConsumerGroupChange): Proceeded | Refusal {
    const { state } = this;
    const { groupId } = state;
    const { topics, hash } = this.#environment;
    const { memberId } = request;
    const before = admit(state, request, change);
    if ('error' in before) return before;
    const subscription = subscriptionOf(before.subscription, request);
    const hasNewNames = !sameTopics(before.subscription.topicNames, subscription.topicNames);
    if (!sameSubscription(before.subscription, subscription))
      change.add({ kind: 'member', groupId, memberId, value: subscription });
    const pattern = this.#patterns.change(before.subscription, subscription, change);
    if ('error' in pattern) return pattern;

    const isBumped = state.epoch === 0 || hasNewNames || pattern.isResolved;
    if (isBumped || this.#topicsVersion !== topics.version) {
      const metadataHash = hash.of(state.subscribedTopics);
      if (isBumped || metadataHash !== state.metadataHash) change.bumpEpoch(metadataHash);
      if (state.hasTopicsRecord) change.add({ kind: 'topics', groupId, value: null });
    }
    if (state.epoch > state.assignmentEpoch) assignTargets(state, change, { assignor: this.#assignor(), topics });

    const hasSubscriptionChanged = hasNewNames || pattern.hasChanged;
    const current = reconciled(before.current, {
      targetEpoch: state.assignmentEpoch,
      target: state.target(memberId),
      subscribedTopicIds: topicIdsOf(state, subscription, topics),
      hasSubscriptionChanged,
      owned: request.owned,
      isOwned: (topicId, partition) => state.ownerOf(topicId, partition) !== null,
    });
    if (current === null)
      return { error: 'FENCED_MEMBER_EPOCH', message: 'the member must let go of everything and join again' };
    if (!sameAssignment(before.current, current)) change.add({ kind: 'current', groupId, memberId, value: current });
    return { before, current, refreshes: pattern.refreshes };
  }

  #assignor(): ServerAssignor {
    const [first] = this.#environment.settings.groupConsumerAssignors;
    // One that is no longer served was asked for before the coordinator began anew.
    return serverAssignors.get(this.state.preferredAssignor ?? first) ?? serverAssignors.get(first)!;
  }

  #pause(member: ConsumerMember): GroupError {
    const { groupId } = this.state;
    const { memberId, current } = member;
    const change = new ConsumerGroupChange(this.state);
    const value = { ...current, epoch: PAUSING_EPOCH, revoking: NO_PARTITIONS };
    change.add({ kind: 'current', groupId, memberId, value });
    const refusal = this.#write(change);
    if (refusal !== null) change.rollBack();
    return refusal?.error ?? null;
  }

  #checkEpoch({ current, subscription }: ConsumerMember, epoch: number): GroupError {
    if (epoch === current.epoch) return null;
    return subscription.classic === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION';
  }

  #write({ records }: ConsumerGroupChange): Refusal | null {
    if (records.length === 0) return null;
    const error = this.#environment.write(this.state.groupId, records);
    return error === null ? null : { error, message: 'the state of the group could not be written' };
  }

  #touch({ memberId, subscription }: ConsumerMember): void {
    const { settings } = this.#environment;
    const sessionMs = subscription.classic?.sessionTimeoutMs ?? settings.groupConsumerSessionTimeoutMs;
    this.#timers.start('session', memberId, sessionMs, () => this.#lose(memberId, 'its session has ended'));
  }

  #awaitRevocation(memberId: string): void {
    const { subscription, current } = this.state.members.get(memberId)!;
    this.#timers.start('rebalance', memberId, Math.max(subscription.rebalanceTimeoutMs, 0), () => {
      if (this.state.members.get(memberId)?.current.epoch === current.epoch)
        this.#lose(memberId, 'it has not let go of partitions in time');
    });
  }

  #lose(memberId: string, reason: string): void {
    const { groupId } = this.state;
    const member = this.state.members.get(memberId);
    if (member === undefined) return;
    this.#environment.logger.info?.({ groupId, memberId, reason }, 'a member of a group was lost');
    // What cannot be written now may be later.
    if (this.remove([memberId]) !== null) this.#touch(member);
  }
}

/** It tells all of itself, as a member does that joins, or that has had an error. */
function isFull({
  memberEpoch,
  rebalanceTimeoutMs,
  topicNames,
  topicPattern,
  owned,
}: ConsumerHeartbeatRequest): boolean {
  if (memberEpoch === 0) return true;
  return rebalanceTimeoutMs !== -1 && (topicNames !== null || topicPattern !== null) && owned !== null;
}

function subscriptionOf(before: MemberSubscription, request: ConsumerHeartbeatRequest): MemberSubscription {
  const { instanceId, rackId, clientId, clientHost, rebalanceTimeoutMs, topicNames, topicPattern, assignor } = request;
  return {
    instanceId: instanceId ?? before.instanceId,
    rackId: rackId ?? before.rackId,
    clientId,
    clientHost,
    topicNames: topicNames === null ? before.topicNames : new Set(topicNames),
    topicPattern: topicPattern ?? before.topicPattern,
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : rebalanceTimeoutMs,
    assignor: assignor ?? before.assignor,
    classic: null,
  };
}
