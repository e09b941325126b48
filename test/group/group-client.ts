/** A member of a group as its client is: joins in two steps, syncs, and keeps what it was told. */
import type {
  GroupCoordinator,
  GroupError,
  JoinAnswer,
  JoinRequest,
  MemberAssignment,
  SyncAnswer,
} from '#millrace/group/group-requests.js';
import type { OffsetToCommit } from '#millrace/types.js';

export const range = { name: 'range', metadata: Buffer.from('range') };

export class GroupClient {
  readonly #coordinator: () => GroupCoordinator;
  readonly #facts: Partial<JoinRequest>;
  readonly groupId: string;
  memberId = '';
  generationId = -1;
  joined: JoinAnswer | null = null;

  constructor(coordinator: () => GroupCoordinator, facts: Partial<JoinRequest> = {}) {
    this.#coordinator = coordinator;
    this.#facts = facts;
    this.groupId = facts.groupId ?? 'g';
  }

  get identity(): { groupId: string; memberId: string; groupInstanceId: string | null; generationId: number } {
    const { groupId, memberId, generationId } = this;
    return { groupId, memberId, groupInstanceId: this.#facts.groupInstanceId ?? null, generationId };
  }

  async joinOnce(facts: Partial<JoinRequest> = {}): Promise<JoinAnswer> {
    const answer = await this.#coordinator().join({
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      protocolType: 'consumer',
      protocols: [range],
      requiresKnownMemberId: true,
      supportsSkippingAssignment: true,
      reason: null,
      ...this.#facts,
      ...facts,
      groupId: this.groupId,
      memberId: this.memberId,
    });
    if (answer.error === null || answer.error === 'MEMBER_ID_REQUIRED') this.memberId = answer.memberId;
    if (answer.error === null) {
      this.generationId = answer.generationId;
      this.joined = answer;
    }
    return answer;
  }

  async join(facts: Partial<JoinRequest> = {}): Promise<JoinAnswer> {
    const answer = await this.joinOnce(facts);
    return answer.error === 'MEMBER_ID_REQUIRED' ? this.joinOnce(facts) : answer;
  }

  /** A leader gives each member its number in the roster, unless it is told what. */
  sync(assignments?: readonly MemberAssignment[]): Promise<SyncAnswer> {
    const members = this.joined?.members ?? [];
    const own = members.map(({ memberId }, number) => ({ memberId, assignment: Buffer.from(`${number}`) }));
    const rest = { protocolType: 'consumer', protocolName: 'range', assignments: assignments ?? own };
    return this.#coordinator().sync({ ...this.identity, ...rest });
  }

  heartbeat(): Promise<GroupError> {
    return this.#coordinator().heartbeat(this.identity);
  }

  async leave(): Promise<GroupError> {
    const { memberId, groupInstanceId } = this.identity;
    const { error, members } = await this.#coordinator().leave(this.groupId, [
      { memberId, groupInstanceId, reason: null },
    ]);
    return error ?? members[0].error;
  }

  async commit(...offsets: OffsetToCommit[]): Promise<readonly GroupError[]> {
    return (await this.#coordinator().commit({ ...this.identity, offsets, retentionMs: -1 })).errors;
  }
}

/** What a member is assigned, where it is text. */
export function textOf({ assignment }: SyncAnswer): string {
  return Buffer.from(assignment).toString();
}
