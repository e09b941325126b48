/**
 * Where a member of a group stands: who it is, in which generation, and what each answer of the coordinator makes of that. A state machine without I/O; membership.ts asks
 * the coordinator and waits.
 *
 *     out ── join ──▸ joining ── joined ──▸ syncing ── synced ──▸ stable
 *      ▴                 ▴                                          │
 *      └─── left         └──────────────── rejoin ◂─────────────────┘
 */
import type { GroupError, JoinAnswer, MemberIdentity } from '../group/group-requests.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import { type Reaction, reactionTo } from './group-error.ts';

export type Phase = 'out' | 'joining' | 'syncing' | 'stable';

const NO_GENERATION = -1;

export class MembershipState {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  phase: Phase = 'out';
  isLeader = false;
  /** Why it is to join anew; null as long as it need not. */
  rejoinReason: string | null = null;
  #memberId = '';
  #generationId = NO_GENERATION;
  /** It was in a generation and has been given up, and nobody has been told so yet. */
  #isLost = false;

  constructor(groupId: string, groupInstanceId: string | null) {
    this.groupId = groupId;
    this.groupInstanceId = groupInstanceId;
  }

  get memberId(): string {
    return this.#memberId;
  }

  get generationId(): number {
    return this.#generationId;
  }

  get identity(): MemberIdentity {
    const { groupId, memberId, groupInstanceId, generationId } = this;
    return { groupId, memberId, groupInstanceId, generationId };
  }

  /** It may commit, and its heartbeats mean something. */
  get isMember(): boolean {
    return this.#memberId !== '' && this.#generationId !== NO_GENERATION;
  }

  /** Others may have its partitions. */
  get isLost(): boolean {
    return this.#isLost;
  }

  get mustRejoin(): boolean {
    return this.rejoinReason !== null || this.phase !== 'stable';
  }

  rejoin(reason: string): void {
    this.rejoinReason ??= reason;
  }

  /** Its user knows that it has lost everything. */
  mourned(): void {
    this.#isLost = false;
  }

  joins(): void {
    this.phase = 'joining';
    this.rejoinReason = null;
  }

  /** Null when it is in the generation; else what is to be done. */
  joined(answer: JoinAnswer): Reaction | null {
    if (answer.error === 'MEMBER_ID_REQUIRED') this.#memberId = answer.memberId;
    if (answer.error !== null) return this.#react(answer.error);
    this.#memberId = answer.memberId;
    this.#generationId = answer.generationId;
    this.isLeader = answer.leader === answer.memberId;
    this.phase = 'syncing';
    return null;
  }

  synced(error: GroupError): Reaction | null {
    if (error !== null) return this.#react(error);
    this.phase = 'stable';
    return null;
  }

  /** `asked` is who it was when it asked: what was said of another generation than the present one means nothing. */
  beat(asked: MemberIdentity, error: GroupError): Reaction | null {
    if (error === null || asked.memberId !== this.#memberId || asked.generationId !== this.#generationId) return null;
    // It is on its way.
    if (error === 'REBALANCE_IN_PROGRESS' && this.phase !== 'stable') return null;
    return this.#react(error);
  }

  /** It was too slow, or wants to go: the coordinator has been told, or need not be. */
  left(): void {
    this.#forget(true);
    this.phase = 'out';
  }

  #react(error: KafkaErrorName): Reaction {
    const reaction = reactionTo(error);
    if (reaction === 'rejoin') this.rejoin('the group rebalances');
    if (reaction === 'renew' || reaction === 'anew' || reaction === 'end') {
      this.#forget(reaction !== 'renew');
      this.rejoin(`the coordinator says ${error}`);
    }
    return reaction;
  }

  #forget(isStranger: boolean): void {
    this.#isLost ||= this.#generationId !== NO_GENERATION;
    this.#generationId = NO_GENERATION;
    this.isLeader = false;
    if (isStranger) this.#memberId = '';
  }
}
