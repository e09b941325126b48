/** Waits on behalf of a client: shorter when its connection is gone, or about to end. */
import type { Clock } from '../clock.ts';

export interface SessionWait {
  readonly waitMs: number;
  /** Of the connection. */
  readonly signal: AbortSignal;
}

/** Registers who wakes the wait; returns what takes that back. */
export type Wakers = (wake: () => void) => readonly (() => void)[];

/** Settles when the time is over or nobody waits any more (false), or when it is woken (true). Nothing stays registered then. */
export function sessionWait(clock: Clock, { waitMs, signal }: SessionWait, wakers: Wakers): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const cancels: (() => void)[] = [];
    const settle = (isWoken: boolean): void => {
      for (const cancel of cancels) cancel();
      signal.removeEventListener('abort', over);
      resolve(isWoken);
    };
    const over = (): void => settle(false);
    signal.addEventListener('abort', over, { once: true });
    cancels.push(clock.schedule(waitMs, over, true), ...wakers(() => settle(true)));
  });
}

export async function sessionDelay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  await sessionWait(clock, { waitMs: delayMs, signal }, () => []);
}
