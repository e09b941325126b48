/**
 * What members with the classic protocol ask of a group of the consumer protocol, and what they are answered (KIP-848, GroupMetadataManager). To them it looks like a group that they
 * do not lead: a join brings a member a step on the way to its target at once, its epoch is the generation, the sync after it tells what it has, and a heartbeat that it has to
 * join again. Who does not join or sync within its rebalance time-out is removed.
 */
import type { Reply } from '../classic/group-environment.ts';
import { refusedJoin, refusedSync } from '../classic/group-answers.ts';
import { isMillraceError } from '../../errors.ts';
import type {
  GroupError,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberIdentity,
  SyncAnswer,
  SyncRequest,
} from '../group-requests.ts';
import { ownProtocols } from '../member-protocols.ts';
import { CONSUMERS } from '../offset-expiry.ts';
import { decodeSubscription, type Subscription } from '../subscription-format.ts';
import { classicAssignment } from './classic-assignment.ts';
import { findClassic, isOutdated, mustRejoin } from './classic-standing.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import { ConsumerGroupMembers, type TakenMember } from './consumer-group-members.ts';
import {
  type ConsumerMember,
  type CurrentAssignment,
  isReconciledTo,
  type MemberSubscription,
} from './consumer-member.ts';
import { isRefusal, type Refusal } from './consumer-requests.ts';
import { admitClassic } from './member-admission.ts';
import { partitionsById } from './topic-partitions.ts';

interface JoiningMember {
  readonly memberId: string;
  readonly request: JoinRequest;
  /** It has had no id before. */
  readonly isNew: boolean;
  /** Who has its instance id. */
  readonly replaced: ConsumerMember | null;
}

export abstract class ConsumerGroupClassic extends ConsumerGroupMembers {
  /** Not of a group without members: that one becomes a classic one before. */
  join(asked: JoinRequest): JoinAnswer {
    const { state } = this;
    const { groupInstanceId, requiresKnownMemberId } = asked;
    const error = this.#refusalOf(asked);
    if (error !== null) return refusedJoin(error, '');
    const isNew = asked.memberId === '';
    const memberId = isNew ? this.environment.newMemberId('') : asked.memberId;
    if (isNew && groupInstanceId === null && requiresKnownMemberId) return refusedJoin('MEMBER_ID_REQUIRED', memberId);
    const request = { ...asked, protocols: ownProtocols(asked.protocols) };
    const replaced = groupInstanceId === null ? null : state.staticMember(groupInstanceId);
    const joining = { memberId, request, isNew, replaced };
    const isLastOfNew =
      replaced !== null &&
      replaced.subscription.classic === null &&
      this.mayBecomeClassic([replaced.memberId], state.members.size);
    const joined = isLastOfNew ? this.#joinLast(joining) : this.step((change) => this.#join(joining, change));
    if (isRefusal(joined)) return refusedJoin(joined.error, '');
    if (!isLastOfNew) this.#joined(joining);
    return {
      error: null,
      generationId: joined.epoch,
      protocolType: CONSUMERS,
      protocolName: request.protocols[0].name,
      leader: '',
      skipAssignment: false,
      memberId,
      members: [],
    };
  }

  sync(request: SyncRequest): SyncAnswer {
    const member = findClassic(this.state, request);
    if ('error' in member) return refusedSync(member.error);
    const { memberId, subscription, current } = member;
    const [protocol] = subscription.classic!.protocols;
    const { protocolType, protocolName } = request;
    if ((protocolType ?? CONSUMERS) !== CONSUMERS || (protocolName ?? protocol.name) !== protocol.name)
      return refusedSync('INCONSISTENT_GROUP_PROTOCOL');
    if (isOutdated(this.state, member)) {
      this.#awaitJoin(member);
      return refusedSync('REBALANCE_IN_PROGRESS');
    }
    this.timers.end('sync', memberId);
    this.touch(member);
    const assignment = classicAssignment(current.assigned, protocol.metadata, this.environment.topics);
    return { error: null, protocolType, protocolName, assignment };
  }

  /** A heartbeat of the classic protocol. */
  beat(identity: MemberIdentity): GroupError {
    const member = findClassic(this.state, identity);
    if ('error' in member) return member.error;
    this.touch(member);
    if (!mustRejoin(this.state, member)) return null;
    this.#awaitJoin(member);
    return 'REBALANCE_IN_PROGRESS';
  }

  untilRebalance(identity: MemberIdentity, reply: Reply<GroupError>): void {
    this.watchers.watch(identity, reply);
  }

  /** Members of either protocol: whoever administers the group may dismiss those too that would not leave this way. */
  dismiss(leaving: readonly LeavingMember[]): LeaveAnswer {
    const going = new Set<string>();
    const members = leaving.map(({ memberId, groupInstanceId }) => {
      const member = this.#leaving(memberId, groupInstanceId);
      if ('error' in member) return { memberId, groupInstanceId, error: member.error };
      going.add(member.memberId);
      return { memberId, groupInstanceId, error: null };
    });
    const error = going.size === 0 ? null : this.remove([...going]);
    return error === null ? { error, members } : { error, members: [] };
  }

  #refusalOf({ memberId, protocolType, protocols }: JoinRequest): GroupError {
    const { state } = this;
    const { groupConsumerMigrationPolicy: policy, groupConsumerMaxSize: max } = this.environment.settings;
    if (policy === 'disabled') return 'INCONSISTENT_GROUP_PROTOCOL';
    if (state.members.size >= max && !state.members.has(memberId)) return 'GROUP_MAX_SIZE_REACHED';
    const isSupported = protocolType === CONSUMERS && state.supportsOneOf(protocols.map(({ name }) => name));
    return isSupported ? null : 'INCONSISTENT_GROUP_PROTOCOL';
  }

  #join(joining: JoiningMember, change: ConsumerGroupChange): CurrentAssignment | Refusal {
    const taken = this.#takeIn(joining, change);
    if (isRefusal(taken)) return taken;
    this.assign(change);
    return this.reconcile(taken, joining.memberId, change);
  }

  /** It takes the place of the last member with the new protocol: the group is a classic one with it. */
  #joinLast(joining: JoiningMember): CurrentAssignment | Refusal {
    const { state } = this;
    const { memberId } = joining;
    const { epoch } = state;
    const change = new ConsumerGroupChange(state);
    const taken = change.attempt(() => this.#takeIn(joining, change));
    const others = [...state.members.values()].filter((member) => member.memberId !== memberId);
    // Kafka does not look whether the others have let go of what this one is to have, and two read the same until they are heard of.
    const isStale =
      state.assignmentEpoch < state.epoch || others.some((member) => !isReconciledTo(member, state.assignmentEpoch));
    const current = change.attempt(() => this.#lastStep(taken, { memberId, isStale }, change));
    if (isRefusal(current)) {
      change.rollBack();
      return current;
    }
    const reason = isStale ? 'the members have not what they were to have' : null;
    const classic = change.attempt(() => this.asClassic([...others, state.members.get(memberId)!], epoch, reason));
    if (classic === null) change.rollBack();
    const error = classic === null ? 'INCONSISTENT_GROUP_PROTOCOL' : this.becomeClassic(change, classic);
    return error === null ? current : { error, message: 'the group could not become a classic one' };
  }

  /** Where all assign anew it need not go a step before. */
  #lastStep(
    taken: TakenMember | Refusal,
    { memberId, isStale }: { readonly memberId: string; readonly isStale: boolean },
    change: ConsumerGroupChange,
  ): CurrentAssignment | Refusal {
    if (isRefusal(taken)) return taken;
    return isStale ? taken.before.current : this.reconcile(taken, memberId, change);
  }

  #takeIn({ memberId, request, isNew }: JoiningMember, change: ConsumerGroupChange): TakenMember | Refusal {
    const before = admitClassic(this.state, { memberId, instanceId: request.groupInstanceId, isNew }, change);
    if (isRefusal(before)) return before;
    const said = readSubscription(request);
    if (isRefusal(said)) return said;
    const owned = partitionsById(said.ownedPartitions, this.environment.topics);
    const subscription = subscriptionOf(before.subscription, request, said);
    return this.takeIn({ before, subscription, owned }, memberId, change);
  }

  #joined({ memberId, request, replaced }: JoiningMember): void {
    if (replaced !== null && replaced.memberId !== memberId) this.timers.endMember(replaced.memberId);
    this.timers.end('join', memberId);
    this.timers.end('rebalance', memberId);
    this.touch(this.state.members.get(memberId)!);
    this.timers.start('sync', memberId, request.rebalanceTimeoutMs, () =>
      this.lose(memberId, 'it has not asked for what it is assigned'),
    );
  }

  /** It has been told to join again. */
  #awaitJoin({ memberId, subscription }: ConsumerMember): void {
    if (this.timers.isRunning('join', memberId)) return;
    this.timers.start('join', memberId, subscription.rebalanceTimeoutMs, () =>
      this.lose(memberId, 'it has not joined again in time'),
    );
  }

  /** Whoever administers the group knows instances, and not what their members are called now. */
  #leaving(
    memberId: string,
    groupInstanceId: string | null,
  ): ConsumerMember | { error: 'UNKNOWN_MEMBER_ID' | 'FENCED_INSTANCE_ID' } {
    const { state } = this;
    const member = groupInstanceId === null ? state.members.get(memberId) : state.staticMember(groupInstanceId);
    if (member === undefined || member === null) return { error: 'UNKNOWN_MEMBER_ID' };
    const isOther = groupInstanceId !== null && memberId !== '' && memberId !== member.memberId;
    return isOther ? { error: 'FENCED_INSTANCE_ID' } : member;
  }
}

/** All its protocols say the same of it. */
function readSubscription({ protocols }: JoinRequest): Subscription | Refusal {
  try {
    return decodeSubscription(protocols[0].metadata);
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE'))
      throw error;
    return { error: 'INCONSISTENT_GROUP_PROTOCOL', message: error.message };
  }
}

function subscriptionOf(
  before: MemberSubscription,
  request: JoinRequest,
  { topics, rackId }: Subscription,
): MemberSubscription {
  const { groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, protocols } = request;
  return {
    instanceId: groupInstanceId ?? before.instanceId,
    rackId: rackId ?? before.rackId,
    clientId,
    clientHost,
    topicNames: new Set(topics),
    // The classic protocol has none.
    topicPattern: '',
    rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? before.rebalanceTimeoutMs : rebalanceTimeoutMs,
    assignor: before.assignor,
    classic: { sessionTimeoutMs, protocols },
  };
}
