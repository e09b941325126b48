/**
 * Waits for news of any of many partitions, or for a time to pass, or for the client to be gone: one listener a log and one timer a wait, all taken back
 * when the first of them comes.
 */
import type { BrokerContext } from './broker-context.ts';
import type { AskedPartition } from './fetch-read.ts';
import { findPartition } from './partition-lookup.ts';

/** Settles when it is worth to look again; false when the time is over, or nobody waits any more. */
export function waitForNews(
  broker: BrokerContext,
  asked: readonly AskedPartition[],
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancels: (() => void)[] = [];
    const settle = (isNews: boolean): void => {
      for (const cancel of cancels) cancel();
      signal.removeEventListener('abort', over);
      resolve(isNews);
    };
    const over = (): void => settle(false);
    const news = (): void => settle(true);
    if (signal.aborted) {
      resolve(false);
      return;
    }
    signal.addEventListener('abort', over, { once: true });
    cancels.push(broker.clock.schedule(waitMs, over, true));
    for (const { topic, partition } of asked) {
      const { log } = findPartition(broker, topic, partition);
      if (log !== null) cancels.push(log.onceChanged(log.endOffset, news));
    }
  });
}
