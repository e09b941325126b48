/** The time-outs of a group's members: of each its session, and how long it may take for what it is asked to do. */
import type { Clock } from '../../clock.ts';

/**
 * `rebalance`: it is to let go of partitions. `join` and `sync`: of a member with the classic protocol, which is to join again, and to ask for what it is assigned.
 */
export type MemberTimer = 'session' | 'rebalance' | 'join' | 'sync';

export class MemberTimers {
  readonly #clock: Clock;
  /** What ends them, by member ids. */
  readonly #timers = new Map<string, Map<MemberTimer, () => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins it, or begins it anew. */
  start(timer: MemberTimer, memberId: string, delayMs: number, ended: () => void): void {
    const timers = this.#timers.get(memberId) ?? new Map<MemberTimer, () => void>();
    this.#timers.set(memberId, timers);
    timers.get(timer)?.();
    const cancel = this.#clock.schedule(Math.max(delayMs, 0), () => {
      timers.delete(timer);
      ended();
    });
    timers.set(timer, cancel);
  }

  isRunning(timer: MemberTimer, memberId: string): boolean {
    return this.#timers.get(memberId)?.has(timer) ?? false;
  }

  end(timer: MemberTimer, memberId: string): void {
    const timers = this.#timers.get(memberId);
    timers?.get(timer)?.();
    timers?.delete(timer);
  }

  endMember(memberId: string): void {
    for (const cancel of this.#timers.get(memberId)?.values() ?? []) cancel();
    this.#timers.delete(memberId);
  }

  endAll(): void {
    for (const memberId of this.#timers.keys()) this.endMember(memberId);
  }
}
