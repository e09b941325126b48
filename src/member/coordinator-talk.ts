/** What a member says to the coordinator of its group when it joins, syncs and leaves. */
import type { RebalanceProtocol } from '../group/assignor/assignor.ts';
import type { GroupCoordinator, JoinAnswer } from '../group/group-requests.ts';
import type { JoinTerms } from './join-terms.ts';
import type { MembershipEnvironment, MembershipHost, MembershipOptions } from './membership-parts.ts';
import type { MembershipState } from './membership-state.ts';

export interface TalkParts {
  readonly options: MembershipOptions;
  readonly environment: MembershipEnvironment;
  readonly host: MembershipHost;
  readonly terms: JoinTerms;
  readonly protocol: RebalanceProtocol;
  readonly state: MembershipState;
}

export class CoordinatorTalk {
  readonly #parts: TalkParts;

  constructor(parts: TalkParts) {
    this.#parts = parts;
  }

  join(topics: readonly string[]): ReturnType<GroupCoordinator['join']> {
    const { options, environment, host, terms, state } = this.#parts;
    const { groupId, groupInstanceId, clientId, sessionTimeoutMs, rebalanceTimeoutMs } = options;
    const { memberId, generationId, rejoinReason } = state;
    return environment.coordinator.join({
      groupId,
      memberId,
      groupInstanceId,
      clientId,
      clientHost: '/127.0.0.1',
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      protocolType: 'consumer',
      protocols: terms.protocols({ topics, owned: host.owned(), generationId }),
      requiresKnownMemberId: true,
      supportsSkippingAssignment: true,
      reason: rejoinReason,
    });
  }

  /** When it has joined. */
  sync(answer: JoinAnswer): ReturnType<GroupCoordinator['sync']> {
    const { environment, terms, protocol, state } = this.#parts;
    const assignments = terms.assignments(answer, protocol);
    const { protocolType, protocolName } = answer;
    return environment.coordinator.sync({ ...state.identity, protocolType, protocolName, assignments });
  }

  /**
   * An answer to who is to end, of which the coordinator does not know. While it gives back what it has kept over the join, it can commit only as a member that has also
   * synced; when it has left, or was none, it leaves.
   */
  async joinedLate(answer: JoinAnswer): Promise<void> {
    const { environment, state } = this.#parts;
    const { memberId, error } = answer;
    if (memberId !== state.memberId) return this.leave(memberId, 'the consumer was closed while it joined');
    if (error !== null || state.joined(answer) !== null) return;
    try {
      state.synced((await this.sync(answer)).error);
    } catch (failure) {
      // Then what is given back is not committed, and others read it again.
      environment.logger.debug?.({ err: failure, ...state.identity }, 'a member that ends could not sync');
    }
  }

  /** A static member does not, since it will be back. */
  async leave(memberId: string, reason: string): Promise<void> {
    const { coordinator, logger } = this.#parts.environment;
    const { groupId, groupInstanceId } = this.#parts.options;
    if (memberId === '' || groupInstanceId !== null) return;
    try {
      await coordinator.leave(groupId, [{ memberId, groupInstanceId, reason }]);
    } catch (error) {
      // It goes by its session time-out, or the store is closed.
      logger.debug?.({ err: error, groupId, memberId }, 'a member of a group could not say that it leaves');
    }
  }
}
