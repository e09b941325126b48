/**
 * A group of Kafka's classic protocol: what its members ask, and what they are answered. A state machine without I/O; who asks is answered at once or when
 * the generation has come so far (group-generations.ts).
 */
import type { GroupMetadata } from '../group-metadata-format.ts';
import type {
  GroupDescription,
  GroupError,
  LeaveAnswer,
  LeavingMember,
  MemberAssignment,
  MemberIdentity,
  MemberProtocol,
  SyncAnswer,
  SyncRequest,
} from '../group-requests.ts';
import type { DowngradedGroup } from '../migration/group-downgrade.ts';
import { CONSUMERS, type OffsetFacts } from '../offset-expiry.ts';
import { refusedSync } from './group-answers.ts';
import type { GroupEnvironment, Reply } from './group-environment.ts';
import { GroupJoins } from './group-joins.ts';
import { GroupMember, NO_BYTES } from './group-member.ts';
import { subscribedTopics } from './subscribed-topics.ts';

export class ClassicGroup extends GroupJoins {
  /** Of the roster that they were read from. */
  #topics: { readonly of: readonly unknown[]; readonly topics: ReadonlySet<string> | null } | null = null;

  /** As the log tells of it; the sessions of its members begin anew. `protocols`: of each member more than the log does. */
  static restore(
    groupId: string,
    metadata: GroupMetadata,
    environment: GroupEnvironment,
    protocols: ReadonlyMap<string, readonly MemberProtocol[]> = new Map(),
  ): ClassicGroup {
    const group = new ClassicGroup(groupId, environment, metadata);
    for (const each of metadata.members) {
      // A log that tells of one twice is no reason to have no group.
      if (group.members.has(each.memberId)) continue;
      const member = GroupMember.restored(each, metadata.protocolName ?? '', protocols.get(each.memberId));
      group.members.add(member);
      group.touch(member);
    }
    if (metadata.leader !== null) group.members.restoreLeader(metadata.leader);
    if (group.members.size > environment.settings.groupMaxSize)
      group.rebalance('it has more members than it may have now');
    return group;
  }

  /** Goes on where one of the consumer protocol has ended. */
  static after(
    groupId: string,
    { metadata, protocols, rebalanceReason, held }: DowngradedGroup,
    environment: GroupEnvironment,
  ): ClassicGroup {
    const group = ClassicGroup.restore(groupId, metadata, environment, protocols);
    if (rebalanceReason === null) return group;
    for (const member of group.members.all) member.assignment = held.get(member.memberId)!;
    group.rebalanceOrComplete(rebalanceReason);
    return group;
  }

  sync(request: SyncRequest, reply: Reply<SyncAnswer>): void {
    const error = this.#checkSync(request);
    if (error !== null) return reply(refusedSync(error));
    const { memberId } = request;
    const member = this.members.get(memberId)!;
    this.synced(memberId);
    if (this.state === 'Stable') {
      this.touch(member);
      return reply(this.assignedTo(member));
    }
    member.awaitingSync?.(refusedSync('REBALANCE_IN_PROGRESS'));
    member.awaitingSync = reply;
    if (this.members.isLeader(memberId)) this.#assign(request.assignments);
  }

  heartbeat(identity: MemberIdentity): GroupError {
    if (this.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
    const error = this.checkMember(identity) ?? this.#checkGeneration(identity);
    if (error !== null) return error;
    this.touch(this.members.get(identity.memberId)!);
    return this.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : null;
  }

  untilRebalance(identity: MemberIdentity, reply: Reply<GroupError>): void {
    if (this.state === 'Dead') return reply('COORDINATOR_NOT_AVAILABLE');
    const error = this.checkMember(identity) ?? this.#checkGeneration(identity);
    if (error !== null) return reply(error);
    if (this.state === 'PreparingRebalance') return reply('REBALANCE_IN_PROGRESS');
    this.members.get(identity.memberId)!.watch(reply);
  }

  leave(leaving: readonly LeavingMember[]): LeaveAnswer {
    if (this.state === 'Dead') return { error: 'COORDINATOR_NOT_AVAILABLE', members: [] };
    const members = leaving.map(({ memberId, groupInstanceId, reason }) => {
      const error = this.#leave({ memberId, groupInstanceId, reason });
      return { memberId, groupInstanceId, error };
    });
    if (members.some(({ error }) => error === null)) {
      if (this.state === 'Empty') this.checkUse();
      else this.rebalanceOrComplete('members have left');
    }
    return { error: null, members };
  }

  /** Whether who says that it is this member may commit offsets; it keeps its session by that. */
  checkCommit(identity: MemberIdentity, { isTransactional }: { readonly isTransactional: boolean }): GroupError {
    const { memberId, groupInstanceId, generationId } = identity;
    if (this.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
    // A consumer that is assigned by hand, or a tool.
    if (generationId < 0 && this.state === 'Empty') return null;
    if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
      const error = this.checkMember(identity) ?? this.#checkGeneration(identity);
      if (error !== null) return error;
      // In a transaction of a client that knows no groups.
    } else if (!isTransactional) return 'UNKNOWN_MEMBER_ID';
    if (isTransactional) return null;
    // It knows the generation, but not what it is assigned in it.
    if (this.state === 'CompletingRebalance') return 'REBALANCE_IN_PROGRESS';
    this.touch(this.members.get(memberId)!);
    return null;
  }

  /** What has a say in which of its offsets go. */
  get offsetFacts(): OffsetFacts {
    return {
      type: 'classic',
      state: this.state,
      protocolType: this.protocolType,
      stateSince: this.stateTimestamp === -1 ? null : this.stateTimestamp,
      subscribedTopics: this.#subscribedTopics,
    };
  }

  /** Of all members of the generation together; null where that is not to be known. */
  get #subscribedTopics(): ReadonlySet<string> | null {
    if (this.protocolType !== CONSUMERS) return null;
    if (this.members.size === 0) return new Set();
    if (this.protocolName === null) return null;
    const { roster } = this;
    if (this.#topics?.of !== roster) this.#topics = { of: roster, topics: subscribedTopics(roster) };
    return this.#topics.topics;
  }

  get roll(): Iterable<GroupMember> {
    return this.members.all;
  }

  get memberCount(): number {
    return this.members.size;
  }

  describe(): GroupDescription {
    const isStable = this.state === 'Stable';
    const protocolName = isStable ? (this.protocolName ?? '') : '';
    return {
      error: null,
      groupId: this.groupId,
      state: this.state,
      protocolType: this.protocolType ?? '',
      protocolName,
      members: Array.from(this.members.all, (member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        metadata: isStable ? member.metadata(protocolName) : NO_BYTES,
        assignment: member.assignment,
      })),
    };
  }

  /** What the leader does not assign to a member is nothing. */
  #assign(assignments: readonly MemberAssignment[]): void {
    const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, new Uint8Array(assignment)]));
    const assignmentOf = ({ memberId }: GroupMember): Uint8Array => byMember.get(memberId) ?? NO_BYTES;
    const error = this.environment.write(this.groupId, this.metadataWith(assignmentOf));
    if (error !== null) {
      this.answerSyncs(error);
      return this.rebalance('the assignment could not be written');
    }
    for (const member of this.members.all) member.assignment = assignmentOf(member);
    this.become('Stable');
    this.environment.counters.completedRebalances++;
    this.answerSyncs(null);
  }

  #leave({ memberId, groupInstanceId }: LeavingMember): GroupError {
    if (this.pending.has(memberId)) {
      this.endPending(memberId);
      return null;
    }
    // Whoever administers the group knows instances, and not what their members are called now.
    const named = memberId === '' && groupInstanceId !== null ? (this.members.idOf(groupInstanceId) ?? '') : memberId;
    const error = this.checkMember({ memberId: named, groupInstanceId });
    if (error === null) this.dismiss(this.members.get(named)!);
    return error;
  }

  #checkSync(request: SyncRequest): GroupError {
    if (this.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
    const error = this.checkMember(request) ?? this.#checkGeneration(request);
    if (error !== null) return error;
    const { protocolType, protocolName } = request;
    if (isOther(protocolType, this.protocolType) || isOther(protocolName, this.protocolName))
      return 'INCONSISTENT_GROUP_PROTOCOL';
    return this.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : null;
  }

  #checkGeneration({ generationId }: MemberIdentity): GroupError {
    return generationId === this.generationId ? null : 'ILLEGAL_GENERATION';
  }
}

/** A client that does not say is taken to mean the group's. */
function isOther(asked: string | null, own: string | null): boolean {
  return asked !== null && own !== null && asked !== own;
}
