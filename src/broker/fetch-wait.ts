/**
 * Waits for news of any of many partitions, or for a time to pass, or for the client to be gone: one listener a log and one timer a wait, all taken back
 * when the first of them comes.
 */
import type { BrokerContext } from './broker-context.ts';
import type { AskedPartition } from './fetch-read.ts';
import { findPartition } from './partition-lookup.ts';
import { type SessionWait, sessionWait } from './session-delay.ts';

/** Settles when it is worth to look again; false when the time is over, or nobody waits any more. */
export function waitForNews(
  broker: BrokerContext,
  asked: readonly AskedPartition[],
  wait: SessionWait,
): Promise<boolean> {
  return sessionWait(broker.clock, wait, (wake) =>
    asked.flatMap(({ topic, partition }) => {
      const { log } = findPartition(broker, topic, partition);
      return log === null ? [] : [log.onceChanged(log.endOffset, wake)];
    }),
  );
}
