/**
 * Who joins a classic group, and as whom: the half of a group that lets members in.
 *
 * A dynamic member that is new is sent away once with an id (KIP-394); until it comes back it is pending, and a rebalance waits for it as for a member. A
 * static one (KIP-345) that comes back without its member id takes its own place: in a stable group that costs no rebalance, and who goes on with
 * the old id is fenced. A join that comes again, since its client gave up the first, takes that one's place; the first is told to come again.
 */
import { NEW_MEMBER_JOIN_TIMEOUT_MS } from '../../limits.ts';
import type { GroupError, JoinAnswer, JoinRequest, MemberIdentity } from '../group-requests.ts';
import { ownProtocols } from '../member-protocols.ts';
import { refusedJoin, refusedSync } from './group-answers.ts';
import type { Reply } from './group-environment.ts';
import { GroupGenerations } from './group-generations.ts';
import { GroupMember } from './group-member.ts';

export abstract class GroupJoins extends GroupGenerations {
  join(asked: JoinRequest, reply: Reply<JoinAnswer>): void {
    const { memberId } = asked;
    if (this.state === 'Dead') return reply(refusedJoin('COORDINATOR_NOT_AVAILABLE', memberId));
    if (!this.#hasRoomFor(asked)) {
      this.#forget(memberId);
      return reply(refusedJoin('GROUP_MAX_SIZE_REACHED', ''));
    }
    const request = { ...asked, protocols: ownProtocols(asked.protocols) };
    if (!this.#supports(request)) return reply(refusedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId));
    if (memberId === '') this.#joinNew(request, reply);
    else this.#joinKnown(request, reply);
  }

  protected checkMember({
    memberId,
    groupInstanceId,
  }: Pick<MemberIdentity, 'memberId' | 'groupInstanceId'>): GroupError {
    if (groupInstanceId !== null) {
      const current = this.members.idOf(groupInstanceId);
      if (current !== undefined && current !== memberId) return 'FENCED_INSTANCE_ID';
      if (current === undefined) return 'UNKNOWN_MEMBER_ID';
    }
    return this.members.has(memberId) ? null : 'UNKNOWN_MEMBER_ID';
  }

  #joinNew(request: JoinRequest, reply: Reply<JoinAnswer>): void {
    const { groupInstanceId, clientId, requiresKnownMemberId, sessionTimeoutMs } = request;
    const memberId = this.environment.newMemberId(groupInstanceId ?? clientId);
    const before = groupInstanceId === null ? undefined : this.members.idOf(groupInstanceId);
    if (before !== undefined) this.#replace(before, memberId, request, reply);
    else if (groupInstanceId !== null || !requiresKnownMemberId) this.#add(memberId, request, reply);
    else {
      const cancel = this.environment.clock.schedule(sessionTimeoutMs, () => {
        this.pending.delete(memberId);
        this.completeIfAllJoined();
        this.checkUse();
      });
      this.pending.set(memberId, cancel);
      reply(refusedJoin('MEMBER_ID_REQUIRED', memberId));
    }
  }

  #joinKnown(request: JoinRequest, reply: Reply<JoinAnswer>): void {
    const { memberId, groupInstanceId, protocols } = request;
    if (groupInstanceId === null && this.pending.has(memberId)) {
      this.endPending(memberId);
      this.#add(memberId, request, reply);
      return;
    }
    const error = this.checkMember(request);
    if (error !== null) return reply(refusedJoin(error, memberId));
    const member = this.members.get(memberId)!;
    // The leader may know of changes that no subscription shows, such as more partitions.
    const isSame = member.matches(protocols) && !(this.state === 'Stable' && this.members.isLeader(memberId));
    if (this.state !== 'PreparingRebalance' && isSame) {
      // It has not heard the answer.
      this.touch(member);
      return reply(this.joinedAnswer(memberId));
    }
    this.members.update(member, request);
    this.#await(member, reply);
    this.rebalanceOrComplete(`a member has joined again: ${request.reason ?? 'no reason given'}`);
  }

  #add(memberId: string, request: JoinRequest, reply: Reply<JoinAnswer>): void {
    const member = GroupMember.of(memberId, request);
    member.isNew = true;
    this.delayAgain();
    if (this.members.size === 0) this.protocolTypeOrNull = request.protocolType;
    this.members.add(member);
    this.#await(member, reply);
    this.touch(member, NEW_MEMBER_JOIN_TIMEOUT_MS);
    this.rebalanceOrComplete(`a member has joined: ${request.reason ?? 'no reason given'}`);
  }

  /** A static member is back, with another id. */
  #replace(before: string, memberId: string, request: JoinRequest, reply: Reply<JoinAnswer>): void {
    const old = this.members.get(before)!;
    const { leader } = this.members;
    this.members.answerJoin(old, refusedJoin('FENCED_INSTANCE_ID', before));
    old.tell('FENCED_INSTANCE_ID');
    old.awaitingSync?.(refusedSync('FENCED_INSTANCE_ID'));
    old.awaitingSync = null;
    const member = GroupMember.of(memberId, request);
    member.assignment = old.assignment;
    this.members.replace(old, member);
    this.synced(before);
    this.touch(member);
    if (this.state !== 'Stable' || this.members.selectProtocol() !== this.protocolName) {
      this.#await(member, reply);
      // What its leader assigns is for the id that it knows, so a generation that is being assigned cannot go on.
      return this.rebalanceOrComplete('a static member has joined again');
    }
    this.rosterChanged();
    const error = this.environment.write(
      this.groupId,
      this.metadataWith(({ assignment }) => assignment),
    );
    if (error !== null) {
      this.members.replace(member, old);
      this.rosterChanged();
      this.touch(old);
      return reply(refusedJoin(error, ''));
    }
    const answer = this.joinedAnswer(memberId);
    // An old client that leads would assign anew, and nobody else would hear of it: it is not told that it leads.
    if (!request.supportsSkippingAssignment) reply({ ...answer, leader: leader ?? '', members: [] });
    else reply({ ...answer, skipAssignment: this.members.isLeader(memberId) });
  }

  #await(member: GroupMember, reply: Reply<JoinAnswer>): void {
    this.members.answerJoin(member, refusedJoin('REBALANCE_IN_PROGRESS', member.memberId));
    this.members.awaitJoin(member, reply);
  }

  /** An existing member is let in again. A group whose bound has become less gets rid of those who join last. */
  #hasRoomFor({ memberId, groupInstanceId }: JoinRequest): boolean {
    const { groupMaxSize } = this.environment.settings;
    const instance = groupInstanceId === null ? undefined : this.members.idOf(groupInstanceId);
    const member = this.members.get(memberId) ?? this.members.get(instance ?? '');
    if (this.state === 'Empty') return true;
    if (this.state !== 'PreparingRebalance') return member !== undefined || this.members.size < groupMaxSize;
    return (member !== undefined && member.awaitingJoin !== null) || this.members.awaitingJoin < groupMaxSize;
  }

  #forget(memberId: string): void {
    this.endPending(memberId);
    const member = this.members.get(memberId);
    if (member !== undefined) this.dismiss(member);
    this.completeIfAllJoined();
  }

  protected endPending(memberId: string): void {
    this.pending.get(memberId)?.();
    this.pending.delete(memberId);
  }

  protected checkUse(): void {
    if (this.isUnused) this.environment.unused(this.groupId);
  }

  #supports({ protocolType, protocols }: JoinRequest): boolean {
    if (this.state === 'Empty') return protocolType !== '' && protocols.length > 0;
    return protocolType === this.protocolType && protocols.some(({ name }) => this.members.isSupportedByAll(name));
  }
}
