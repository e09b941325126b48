/**
 * The members of a classic group, in the order in which they came, and who leads them: the first one. Counts as it goes, so that no question costs a
 * walk through all of them, but for those that are asked once a rebalance.
 */
import { assert } from '../../assert.ts';
import type { JoinAnswer, MemberProtocol } from '../group-requests.ts';
import type { Reply } from './group-environment.ts';
import type { GroupMember } from './group-member.ts';
import { ProtocolVotes } from './protocol-votes.ts';

export class GroupMembers {
  readonly #byId = new Map<string, GroupMember>();
  /** Member ids by instance ids. */
  readonly #statics = new Map<string, string>();
  readonly #votes = new ProtocolVotes();
  #awaitingJoin = 0;
  #leader: string | null = null;

  get size(): number {
    return this.#byId.size;
  }

  get awaitingJoin(): number {
    return this.#awaitingJoin;
  }

  /** A member id; null for none, as long as there are no members. */
  get leader(): string | null {
    return this.#leader;
  }

  get all(): Iterable<GroupMember> {
    return this.#byId.values();
  }

  get(memberId: string): GroupMember | undefined {
    return this.#byId.get(memberId);
  }

  has(memberId: string): boolean {
    return this.#byId.has(memberId);
  }

  isLeader(memberId: string): boolean {
    return this.#leader === memberId;
  }

  /** The member id that an instance has now. */
  idOf(groupInstanceId: string): string | undefined {
    return this.#statics.get(groupInstanceId);
  }

  /** The longest of all. */
  get rebalanceTimeoutMs(): number {
    let longest = 0;
    for (const { rebalanceTimeoutMs } of this.#byId.values()) longest = Math.max(longest, rebalanceTimeoutMs);
    return longest;
  }

  isSupportedByAll(name: string): boolean {
    return this.#votes.isSupportedByAll(name, this.#byId.size);
  }

  selectProtocol(): string {
    return this.#votes.select([...this.#byId.values()]);
  }

  add(member: GroupMember): void {
    const { memberId, groupInstanceId } = member;
    assert(!this.#byId.has(memberId), 'a member that is one already:', memberId);
    this.#byId.set(memberId, member);
    this.#votes.add(member.protocols);
    if (groupInstanceId !== null) this.#statics.set(groupInstanceId, memberId);
    this.#leader ??= memberId;
  }

  /** Returns it, for whoever waits for it to be told. Its session ends. */
  remove(memberId: string): GroupMember | undefined {
    const member = this.#byId.get(memberId);
    if (member === undefined) return undefined;
    member.cancelSession();
    member.tell('UNKNOWN_MEMBER_ID');
    this.#byId.delete(memberId);
    this.#votes.remove(member.protocols);
    if (member.awaitingJoin !== null) this.#awaitingJoin--;
    if (member.groupInstanceId !== null) this.#statics.delete(member.groupInstanceId);
    if (this.#leader === memberId) this.#leader = this.#first((): boolean => true);
    return member;
  }

  /** Puts a member in the place of one with another id, its lead too. Nobody may wait for an answer to the old one. */
  replace(old: GroupMember, member: GroupMember): void {
    assert(old.awaitingJoin === null && old.awaitingSync === null, 'a member is replaced that waits for an answer');
    const wasLeader = this.isLeader(old.memberId);
    this.remove(old.memberId);
    this.add(member);
    if (wasLeader) this.#leader = member.memberId;
  }

  /** What it says of itself now. */
  update(
    member: GroupMember,
    facts: { protocols: readonly MemberProtocol[]; rebalanceTimeoutMs: number; sessionTimeoutMs: number },
  ): void {
    this.#votes.remove(member.protocols);
    member.protocols = facts.protocols;
    this.#votes.add(member.protocols);
    member.rebalanceTimeoutMs = facts.rebalanceTimeoutMs;
    member.sessionTimeoutMs = facts.sessionTimeoutMs;
  }

  /** Nobody may wait for it already. */
  awaitJoin(member: GroupMember, reply: Reply<JoinAnswer>): void {
    assert(member.awaitingJoin === null, 'a member that waits for two joins');
    member.awaitingJoin = reply;
    this.#awaitingJoin++;
  }

  /** False where nobody waits. */
  answerJoin(member: GroupMember, answer: JoinAnswer): boolean {
    const { awaitingJoin } = member;
    if (awaitingJoin === null) return false;
    member.awaitingJoin = null;
    if (this.#byId.get(member.memberId) === member) this.#awaitingJoin--;
    awaitingJoin(answer);
    return true;
  }

  /** Who leads a generation must have joined it: then the first one that has. False when none has. */
  electJoinedLeader(): boolean {
    if (this.#leader === null) return false;
    if (this.#byId.get(this.#leader)!.awaitingJoin !== null) return true;
    const joined = this.#first((member) => member.awaitingJoin !== null);
    if (joined === null) return false;
    this.#leader = joined;
    return true;
  }

  /** Of a group that is loaded. */
  restoreLeader(memberId: string): void {
    if (this.#byId.has(memberId)) this.#leader = memberId;
  }

  #first(accepts: (member: GroupMember) => boolean): string | null {
    for (const member of this.#byId.values()) if (accepts(member)) return member.memberId;
    return null;
  }
}
