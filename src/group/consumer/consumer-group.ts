/**
 * A group of the consumer protocol (KIP-848): members say in heartbeats what they subscribe to and what they have, and are told what they are to have; who has what is
 * worked out here. A state machine without I/O; every answer stands in the log before it is given. (GroupMetadataManager)
 *
 * A heartbeat does three things: it takes in the member, and gives the group a new epoch where subscriptions or topics are others than before; it works out targets
 * where the group's epoch is ahead of theirs; it takes the member a step on the way to its own. Whoever is not heard of for a session, or does not let go in time
 * of what it must, is removed.
 */
import type { OffsetFacts } from '../offset-expiry.ts';
import type { GroupError, MemberIdentity } from '../group-requests.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import { ConsumerGroupClassic } from './consumer-group-classic.ts';
import { describeConsumerGroup } from './consumer-group-description.ts';
import {
  type ConsumerMember,
  type CurrentAssignment,
  type MemberSubscription,
  PAUSING_EPOCH,
  sameAssignment,
} from './consumer-member.ts';
import {
  type ConsumerGroupDescription,
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  isRefusal,
  type Refusal,
  refusedHeartbeat,
} from './consumer-requests.ts';
import { admit, findLeaving } from './member-admission.ts';
import { NO_PARTITIONS, samePartitions } from './partition-sets.ts';

interface Proceeded {
  readonly before: ConsumerMember;
  readonly current: CurrentAssignment;
  readonly refreshes: boolean;
}

export class ConsumerGroup extends ConsumerGroupClassic {
  /** Of a request that `checkHeartbeat` has let pass. */
  heartbeat(request: ConsumerHeartbeatRequest): ConsumerHeartbeatAnswer {
    const { state } = this;
    const { settings, overridesOf } = this.environment;
    const { groupConsumerMaxSize: max, groupConsumerHeartbeatIntervalMs } = settings;
    if (state.members.size >= max && !state.members.has(request.memberId))
      return refusedHeartbeat('GROUP_MAX_SIZE_REACHED', `the group has ${max} members, and may have no more`);
    const replaced = request.instanceId === null ? null : state.staticMember(request.instanceId);
    const proceeded = this.step((change) => this.#proceed(request, change));
    if (isRefusal(proceeded)) return refusedHeartbeat(proceeded.error, proceeded.message);
    const { before, current, refreshes } = proceeded;
    const member = state.members.get(request.memberId)!;
    if (replaced !== null && replaced.memberId !== member.memberId) this.timers.endMember(replaced.memberId);
    this.#heard(member, before);
    if (refreshes) void this.patterns.refresh(request.mayDescribe);
    const isTold = isFull(request) || !samePartitions(before.current.assigned, current.assigned);
    return {
      error: null,
      message: null,
      memberId: member.memberId,
      memberEpoch: current.epoch,
      heartbeatIntervalMs: overridesOf(state.groupId).heartbeatIntervalMs ?? groupConsumerHeartbeatIntervalMs,
      assignment: isTold ? current.assigned : null,
    };
  }

  /** A static member that is back soon keeps what it has. */
  leave(request: ConsumerHeartbeatRequest): ConsumerHeartbeatAnswer {
    const member = findLeaving(this.state, request);
    if (isRefusal(member)) return refusedHeartbeat(member.error, member.message);
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
    const { topics, settings } = this.environment;
    return describeConsumerGroup(this.state, topics, settings.groupConsumerAssignors[0]);
  }

  /** The coordinator is no more, or the group is: it keeps no time. */
  end(error: GroupError): void {
    this.timers.endAll();
    this.patterns.end();
    this.watchers.end(error);
  }

  #proceed(request: ConsumerHeartbeatRequest, change: ConsumerGroupChange): Proceeded | Refusal {
    const { memberId, owned } = request;
    const before = admit(this.state, request, change);
    if (isRefusal(before)) return before;
    const subscription = subscriptionOf(before.subscription, request);
    const taken = this.takeIn({ before, subscription, owned }, memberId, change);
    if (isRefusal(taken)) return taken;
    this.assign(change);
    const current = this.reconcile(taken, memberId, change);
    return isRefusal(current) ? current : { before, current, refreshes: taken.pattern.refreshes };
  }

  #heard(member: ConsumerMember, before: ConsumerMember): void {
    const { memberId, current } = member;
    this.touch(member);
    // Those of one that has used the classic protocol until now.
    this.timers.end('join', memberId);
    this.timers.end('sync', memberId);
    if (sameAssignment(before.current, current)) return;
    if (current.state === 'unrevoked') this.awaitRevocation(memberId);
    else this.timers.end('rebalance', memberId);
  }

  #pause({ memberId, current }: ConsumerMember): GroupError {
    const { groupId } = this.state;
    const change = new ConsumerGroupChange(this.state);
    const value = { ...current, epoch: PAUSING_EPOCH, revoking: NO_PARTITIONS };
    change.add({ kind: 'current', groupId, memberId, value });
    return this.write(change)?.error ?? null;
  }

  #checkEpoch({ current, subscription }: ConsumerMember, epoch: number): GroupError {
    if (epoch === current.epoch) return null;
    return subscription.classic === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION';
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
