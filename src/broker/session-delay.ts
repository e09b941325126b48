/** A wait on behalf of a client: shorter when its connection is gone, or about to end. */
import type { Clock } from '../clock.ts';

export function sessionDelay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const over = (): void => {
      cancel();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancel = clock.schedule(delayMs, over, true);
    signal.addEventListener('abort', over, { once: true });
  });
}
