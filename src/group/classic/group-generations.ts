/**
 * How a classic group comes from one generation to the next: the half of it that no member asks for by name.
 *
 *     Empty ── a member joins ─→ PreparingRebalance ── all have joined, or their time is over ─→ CompletingRebalance ── the leader has assigned ─→ Stable
 *       ↑                           │       ↑                                                         │                                          │
 *       └────── nobody is left ─────┘       └────────────── a member joins, leaves, is lost, or says something else of itself ───────────────────┘
 *
 * and from everywhere to Dead, when the group is deleted or its coordinator ends. Promises: one generation more for each rebalance; whoever waits is
 * answered, at the latest when the time-outs of the group's members are over; a member that does not join in time, or does not fetch its assignment, is
 * removed, a static one only when its session ends. No I/O: timers and the log are handed in. (GroupMetadataManager, ClassicGroup)
 */
import type { GroupMetadata } from '../group-metadata-format.ts';
import type { ClassicGroupState, GroupError, JoinAnswer, JoinedMember } from '../group-requests.ts';
import type { GroupEnvironment } from './group-environment.ts';
import { type GroupMember, NO_BYTES } from './group-member.ts';
import { GroupMembers } from './group-members.ts';
import { refusedJoin, refusedSync } from './group-answers.ts';

export abstract class GroupGenerations {
  readonly groupId: string;
  protected readonly environment: GroupEnvironment;
  protected readonly members = new GroupMembers();
  /** By member ids that were given out and have not come back yet: what ends their timer. */
  protected readonly pending = new Map<string, () => void>();
  protected protocolTypeOrNull: string | null = null;
  #state: ClassicGroupState = 'Empty';
  #previous: ClassicGroupState = 'Dead';
  #since: number;
  #generationId = 0;
  #protocolName: string | null = null;
  /** Of the generation; null when it must be made anew. */
  #roster: readonly JoinedMember[] | null = null;
  readonly #pendingSync = new Set<string>();
  #isDelayedAgain = false;
  #cancelJoin: () => void = () => undefined;
  #cancelSync: () => void = () => undefined;

  constructor(groupId: string, environment: GroupEnvironment, restored: GroupMetadata | null = null) {
    this.groupId = groupId;
    this.environment = environment;
    this.#since = environment.clock.now();
    if (restored === null) return;
    this.protocolTypeOrNull = restored.protocolType === '' ? null : restored.protocolType;
    this.#state = restored.members.length === 0 ? 'Empty' : 'Stable';
    this.#generationId = restored.generationId;
    this.#protocolName = restored.protocolName;
    this.#since = restored.stateTimestamp;
  }

  get state(): ClassicGroupState {
    return this.#state;
  }

  /** When it came into its state; -1 where an old log did not say. */
  get stateTimestamp(): number {
    return this.#since;
  }

  get generationId(): number {
    return this.#generationId;
  }

  /** `consumer`, `connect`, ...; null for a group that has had no member. */
  get protocolType(): string | null {
    return this.protocolTypeOrNull;
  }

  get protocolName(): string | null {
    return this.#protocolName;
  }

  get isUnused(): boolean {
    return this.#state === 'Empty' && this.#generationId === 0 && this.pending.size === 0;
  }

  /** Somebody has an id to come with. */
  get isAwaited(): boolean {
    return this.pending.size > 0;
  }

  /** What its members are, for their leader. Only while there is a generation. */
  protected get roster(): readonly JoinedMember[] {
    this.#roster ??= Array.from(this.members.all, (member) => member.joined(this.#protocolName));
    return this.#roster;
  }

  /** A member of the generation is another one from now on. */
  protected rosterChanged(): void {
    this.#roster = null;
  }

  protected get haveAllJoined(): boolean {
    return this.members.size === this.members.awaitingJoin && this.pending.size === 0;
  }

  /** Somebody is new in a group that waits for more: it waits once more. */
  protected delayAgain(): void {
    if (this.#state === 'PreparingRebalance' && this.#previous === 'Empty') this.#isDelayedAgain = true;
  }

  protected synced(memberId: string): void {
    this.#pendingSync.delete(memberId);
  }

  /** Begins a rebalance, or goes on with the one that there is. */
  protected rebalanceOrComplete(reason: string): void {
    if (this.#state === 'PreparingRebalance') this.completeIfAllJoined();
    else if (this.#state !== 'Dead') this.rebalance(reason);
  }

  /** Has all members join anew. */
  protected rebalance(reason: string): void {
    const { settings, logger } = this.environment;
    if (this.#state === 'CompletingRebalance') this.answerSyncs('REBALANCE_IN_PROGRESS');
    this.#endSync();
    const isFirst = this.#state === 'Empty';
    this.become('PreparingRebalance');
    for (const member of this.members.all) member.tell('REBALANCE_IN_PROGRESS');
    logger.debug?.({ groupId: this.groupId, generationId: this.#generationId, reason }, 'a group rebalances');
    if (isFirst) {
      const delayMs = settings.groupInitialRebalanceDelayMs;
      this.#delay(delayMs, Math.max(this.members.rebalanceTimeoutMs - delayMs, 0));
    } else if (this.haveAllJoined) this.#complete();
    else this.#awaitJoins();
  }

  protected completeIfAllJoined(): void {
    if (this.#state === 'PreparingRebalance' && this.#previous !== 'Empty' && this.haveAllJoined) this.#complete();
  }

  /** Takes a member out, telling it if it waits; then others may have waited for it alone. */
  protected removeAndRebalance(member: GroupMember, reason: string): void {
    this.dismiss(member);
    this.rebalanceOrComplete(reason);
  }

  /** A client that is still there joins anew. */
  protected dismiss(member: GroupMember): void {
    this.members.remove(member.memberId);
    this.#pendingSync.delete(member.memberId);
    this.members.answerJoin(member, refusedJoin('UNKNOWN_MEMBER_ID', ''));
    const { awaitingSync } = member;
    member.awaitingSync = null;
    awaitingSync?.(refusedSync('UNKNOWN_MEMBER_ID'));
  }

  /** A session begins anew with each word of the member, and with each answer that it has waited for. */
  protected touch(member: GroupMember, timeoutMs = member.sessionTimeoutMs): void {
    member.cancelSession();
    member.cancelSession = this.environment.clock.schedule(timeoutMs, () => {
      if (this.members.get(member.memberId) !== member || member.isHeldAlive) return;
      const { groupId } = this;
      this.environment.logger.info?.({ groupId, memberId: member.memberId }, 'a member of a group was lost');
      this.removeAndRebalance(member, 'the session of a member has ended');
    });
  }

  /** All who wait for their assignment get none, or, without an error, what was assigned. */
  protected answerSyncs(error: GroupError): void {
    const isAssigned = error === null;
    for (const member of this.members.all) {
      if (!isAssigned) member.assignment = NO_BYTES;
      const { awaitingSync } = member;
      if (awaitingSync === null) continue;
      member.awaitingSync = null;
      awaitingSync(isAssigned ? this.assignedTo(member) : refusedSync(error));
      this.touch(member);
    }
  }

  protected assignedTo({ assignment }: GroupMember): ReturnType<typeof refusedSync> {
    return { error: null, protocolType: this.protocolType, protocolName: this.#protocolName, assignment };
  }

  /** What a member is told of the generation. */
  protected joinedAnswer(memberId: string): JoinAnswer {
    const isLeader = this.members.isLeader(memberId);
    return {
      error: null,
      generationId: this.#generationId,
      protocolType: this.protocolType,
      protocolName: this.#protocolName,
      leader: this.members.leader ?? '',
      skipAssignment: false,
      memberId,
      members: isLeader ? this.roster : [],
    };
  }

  protected become(state: ClassicGroupState): void {
    this.#previous = this.#state;
    this.#state = state;
    this.#since = this.environment.clock.now();
  }

  /** What stands in the log of a generation. */
  protected metadataWith(assignmentOf: (member: GroupMember) => Uint8Array): GroupMetadata {
    return {
      protocolType: this.protocolType ?? '',
      generationId: this.#generationId,
      protocolName: this.#protocolName,
      leader: this.members.leader,
      stateTimestamp: this.#since,
      members: Array.from(this.members.all, (member) => member.written(this.#protocolName, assignmentOf(member))),
    };
  }

  /** Ends all timers and answers everybody: the group is deleted, or its coordinator has ended. */
  end(error: GroupError): void {
    this.become('Dead');
    this.#cancelJoin();
    this.#endSync();
    for (const cancel of this.pending.values()) cancel();
    this.pending.clear();
    this.answerSyncs(error);
    for (const member of this.members.all) {
      member.cancelSession();
      member.tell(error);
      this.members.answerJoin(member, refusedJoin(error, member.memberId));
    }
  }

  #endSync(): void {
    this.#cancelSync();
    this.#pendingSync.clear();
  }

  /** The first generation of a group waits, and as long as others come it waits again, up to the members' rebalance time-out. */
  #delay(delayMs: number, remainingMs: number): void {
    this.#isDelayedAgain = false;
    this.#schedule(delayMs, () => {
      if (!this.#isDelayedAgain || remainingMs === 0) this.#complete();
      else {
        const next = Math.min(this.environment.settings.groupInitialRebalanceDelayMs, remainingMs);
        this.#delay(next, Math.max(remainingMs - delayMs, 0));
      }
    });
  }

  #awaitJoins(): void {
    this.#schedule(this.members.rebalanceTimeoutMs, () => this.#complete());
  }

  /** Somebody waits for its end, so it keeps the process alive. */
  #schedule(delayMs: number, task: () => void): void {
    this.#cancelJoin();
    this.#cancelJoin = this.environment.clock.schedule(Math.max(delayMs, 0), task, true);
  }

  /** Goes on with those who have joined. */
  #complete(): void {
    this.#cancelJoin();
    for (const member of this.members.all) {
      if (member.awaitingJoin === null && !member.isStatic) this.members.remove(member.memberId);
    }
    // Only static members are left, and none has joined: their sessions will end.
    if (!this.members.electJoinedLeader() && this.members.size > 0) this.#awaitJoins();
    else this.#begin();
  }

  #begin(): void {
    this.#generationId++;
    this.#roster = null;
    this.#pendingSync.clear();
    const isEmpty = this.members.size === 0;
    this.#protocolName = isEmpty ? null : this.members.selectProtocol();
    this.become(isEmpty ? 'Empty' : 'CompletingRebalance');
    if (isEmpty) {
      // Where it cannot be written the generation before comes back with the log, and its members' sessions end.
      this.environment.write(
        this.groupId,
        this.metadataWith(() => NO_BYTES),
      );
      return;
    }
    for (const member of this.members.all) {
      member.isNew = false;
      this.members.answerJoin(member, this.joinedAnswer(member.memberId));
      this.touch(member);
      this.#pendingSync.add(member.memberId);
    }
    const { generationId } = this;
    this.#cancelSync = this.environment.clock.schedule(this.members.rebalanceTimeoutMs, () => {
      if (generationId === this.generationId) this.#dropUnsynced();
    });
  }

  /** A member that has not asked for its assignment is not there. */
  #dropUnsynced(): void {
    const { groupId } = this;
    if (this.#pendingSync.size === 0 || (this.#state !== 'CompletingRebalance' && this.#state !== 'Stable')) return;
    const memberIds = [...this.#pendingSync];
    for (const memberId of memberIds) this.members.remove(memberId);
    this.environment.logger.info?.({ groupId, memberIds }, 'members of a group did not ask for what they are assigned');
    this.rebalance('members did not ask for their assignments');
  }
}
