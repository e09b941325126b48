/** Waits on behalf of a client: shorter when its connection is gone, or about to end. */
import type { Clock } from '../clock.ts';

export interface SessionWait {
  readonly waitMs: number;
  /** Of the connection. */
  readonly signal: AbortSignal;
}

/** What takes back that somebody is woken. */
export interface Cancellable {
  cancel(): void;
}

/** Registers who wakes the wait. */
export type Wakers = (wake: () => void) => readonly Cancellable[];

/** Settles when the time is over or nobody waits any more (false), or when it is woken (true). Nothing stays registered then. */
export function sessionWait(clock: Clock, { waitMs, signal }: SessionWait, wakers: Wakers): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const settle = (isWoken: boolean): void => {
      cancelTimer();
      for (const waker of registered) waker.cancel();
      signal.removeEventListener('abort', over);
      resolve(isWoken);
    };
    const over = (): void => settle(false);
    signal.addEventListener('abort', over, { once: true });
    const cancelTimer = clock.schedule(waitMs, over, true);
    const registered = wakers(() => settle(true));
  });
}

export async function sessionDelay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  await sessionWait(clock, { waitMs: delayMs, signal }, () => []);
}
