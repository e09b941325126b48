/** The time-outs of a group's members: of each its session, and how long it may take to let go of what it must. */
import type { Clock } from '../../clock.ts';

interface Timers {
  session: (() => void) | null;
  rebalance: (() => void) | null;
}

export class MemberTimers {
  readonly #clock: Clock;
  readonly #timers = new Map<string, Timers>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins it, or begins it anew. */
  start(kind: keyof Timers, memberId: string, delayMs: number, ended: () => void): void {
    const timers = this.#timers.get(memberId) ?? { session: null, rebalance: null };
    this.#timers.set(memberId, timers);
    timers[kind]?.();
    timers[kind] = this.#clock.schedule(delayMs, ended);
  }

  endRebalance(memberId: string): void {
    const timers = this.#timers.get(memberId);
    timers?.rebalance?.();
    if (timers !== undefined) timers.rebalance = null;
  }

  end(memberId: string): void {
    const timers = this.#timers.get(memberId);
    timers?.session?.();
    timers?.rebalance?.();
    this.#timers.delete(memberId);
  }

  endAll(): void {
    for (const memberId of this.#timers.keys()) this.end(memberId);
  }
}
