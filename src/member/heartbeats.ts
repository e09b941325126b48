/**
 * The heartbeats of a member: from time to time, and at once when the coordinator says that a rebalance has begun. Only of one that is in a generation and not on its way to
 * another: who waits for an answer of the coordinator is held alive by it.
 */
import type { Clock } from '../clock.ts';
import type { NearCoordinator } from '../group/group-requests.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import type { Reaction } from './group-error.ts';
import type { MembershipCounters } from './membership-counters.ts';
import type { MembershipState } from './membership-state.ts';

export interface HeartbeatParts {
  readonly coordinator: NearCoordinator;
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
  #unwatch: (() => void) | null = null;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /** Hears of rebalances from now on. Idempotent. */
  watch(): void {
    const { coordinator, state } = this.#parts;
    this.#unwatch ??= coordinator.watch(state.groupId, () => this.soon());
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

  /** As a turn of its own: the coordinator may be in the middle of something. */
  soon(): void {
    const { phase, rejoinReason } = this.#parts.state;
    if (phase === 'stable' && rejoinReason === null) queueMicrotask(() => void this.#beat());
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => undefined;
    this.#unwatch?.();
    this.#unwatch = null;
  }

  async #beat(): Promise<void> {
    const { coordinator, counters, clock, state, onReaction, onFailure } = this.#parts;
    if (!state.isMember || state.phase !== 'stable') return;
    const asked = state.identity;
    try {
      const error = await coordinator.heartbeat(asked);
      counters.beaten(clock.now());
      const reaction = state.beat(asked, error);
      if (reaction !== null && reaction !== 'again') onReaction(reaction, error!);
    } catch (error) {
      onFailure(error);
    }
  }
}
