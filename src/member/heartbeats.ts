/**
 * The heartbeats of a member, from time to time, and what the coordinator says in between: that it has to join again it is told at once. Only of one that is in a generation and not
 * on its way to another: who waits for an answer of the coordinator is held alive by it.
 */
import type { Clock } from '../clock.ts';
import type { GroupCoordinator, GroupError, MemberIdentity } from '../group/group-requests.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import type { Reaction } from './group-error.ts';
import type { MembershipCounters } from './membership-counters.ts';
import type { MembershipState } from './membership-state.ts';

export interface HeartbeatParts {
  readonly coordinator: GroupCoordinator;
  readonly clock: Clock;
  readonly counters: MembershipCounters;
  readonly state: MembershipState;
  readonly intervalMs: number;
  /** With each of them that came by its time. */
  readonly onTime: () => void;
  /** The coordinator wants something done. */
  readonly onReaction: (reaction: Reaction, error: KafkaErrorName) => void;
  /** There is no coordinator any more. */
  readonly onFailure: (error: unknown) => void;
}

export class Heartbeats {
  readonly #parts: HeartbeatParts;
  #cancel: () => void = () => undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** It is in a generation: hears of the end of that. */
  listen(): void {
    const { coordinator, state } = this.#parts;
    const asked = state.identity;
    void this.#ask(asked, () => coordinator.untilRebalance(asked));
  }

  /** The next one comes after the interval. */
  start(): void {
    this.#cancel();
    const { clock, intervalMs, onTime } = this.#parts;
    this.#cancel = clock.schedule(intervalMs, () => {
      this.start();
      void this.#beat();
      onTime();
    });
  }

  /** One more now. */
  now(): void {
    const { phase, rejoinReason } = this.#parts.state;
    if (phase === 'stable' && rejoinReason === null) void this.#beat();
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => undefined;
  }

  async #beat(): Promise<void> {
    const { coordinator, counters, clock, state } = this.#parts;
    if (!state.isMember || state.phase !== 'stable') return;
    const asked = state.identity;
    await this.#ask(asked, async () => {
      const error = await coordinator.heartbeat(asked);
      counters.beaten(clock.now());
      return error;
    });
  }

  /** What is answered to who the member was then. */
  async #ask(asked: MemberIdentity, question: () => Promise<GroupError>): Promise<void> {
    const { state, onReaction, onFailure } = this.#parts;
    try {
      const error = await question();
      const reaction = state.beat(asked, error);
      if (reaction !== null && reaction !== 'again') onReaction(reaction, error!);
    } catch (error) {
      if (asked.memberId === state.memberId && state.isMember) onFailure(error);
    }
  }
}
