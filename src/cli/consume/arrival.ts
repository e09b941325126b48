/** Waits for records in any of several partitions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMillraceError } from '../../errors.ts';
import type { FollowedLog } from '../../log/log-follower.ts';

export interface Awaited {
  readonly log: FollowedLog;
  readonly offset: number;
}

/** Settles when one of the logs has a record at or past its offset, when `forMs` have passed, or when the signal ends. */
export async function arrival(waiting: readonly Awaited[], forMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // Not AbortSignal.any: a long-lived signal would gather a dependent for each wait.
  const over = new AbortController();
  const onAbort = (): void => over.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([
      sleep(forMs, undefined, { signal: over.signal }),
      ...waiting.map(({ log, offset }) => log.waitFor(offset, { signal: over.signal })),
    ]);
  } catch (error) {
    if (!signal.aborted || isMillraceError(error, 'ERR_MILLRACE_CLOSED')) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    over.abort();
  }
}
