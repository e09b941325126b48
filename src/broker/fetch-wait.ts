/**
 * Waits for news of any of many partitions, or for a time to pass, or for the client to be gone: one listener a log and one timer a wait, all taken back
 * when the first of them comes.
 */
import { type FetchReading, topicOf } from './fetch-read.ts';
import type { NamedPartition } from './fetch-session.ts';
import { findPartition } from './partition-lookup.ts';
import { type SessionWait, sessionWait } from './session-delay.ts';

/** Of a look that did not find enough. */
export interface Waiting extends SessionWait {
  readonly asked: readonly NamedPartition[];
  /** Where their logs ended then. */
  readonly ends: readonly number[];
}

/** Settles when it is worth to look again; false when the time is over, or nobody waits any more. */
export function waitForNews(reading: FetchReading, { asked, ends, ...wait }: Waiting): Promise<boolean> {
  const { broker } = reading;
  const logs = asked.map((each) => findPartition(broker, topicOf(reading, each), each.partition).log);
  // While one part was brought into memory another one may have grown.
  if (logs.some((log, i) => log !== null && log.endOffset !== ends[i])) return Promise.resolve(true);
  return sessionWait(broker.clock, wait, (wake) =>
    logs.filter((log) => log !== null).map((log) => log.onceChanged(log.endOffset, wake)),
  );
}
