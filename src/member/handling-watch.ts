/**
 * Whether a consumer still asks for records: what Kafka's clients know by their polls (`max.poll.interval.ms`). Looked at from time to time, so that handing out a record costs
 * nothing. No I/O.
 */
import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { ConsumerRun } from '../consumer/consumer-run.ts';
import type { Timestamp } from '../types.ts';

/** What is in hand, and how much of it is dealt with. */
interface Held {
  readonly batch: unknown;
  readonly position: number | null;
  readonly since: Timestamp;
}

export class HandlingWatch {
  readonly #limitMs: number;
  #held = new Map<AssignedPartition, Held>();
  /** The last time that somebody asked, or had not begun to. */
  #asked: { readonly run: ConsumerRun | null; readonly takes: number; readonly at: Timestamp } | null = null;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Why the consumer is too slow; null when it is not. */
  problem(now: Timestamp, run: ConsumerRun | null, partitions: Iterable<AssignedPartition>): string | null {
    const held = new Map<AssignedPartition, Held>();
    for (const partition of partitions) {
      if (!partition.isBusy && run?.isDealingWith(partition) !== true) continue;
      const [batch, position] = [partition.inHand, partition.knownPosition];
      const before = this.#held.get(partition);
      const isSame = before !== undefined && before.batch === batch && before.position === position;
      held.set(partition, isSame ? before : { batch, position, since: now });
    }
    this.#held = held;
    for (const [{ topic, partition }, { since }] of held)
      if (now - since >= this.#limitMs) return `records of ${topic}-${partition} are in hand for ${now - since} ms`;
    const takes = run?.takes ?? 0;
    if (this.#asked === null || this.#asked.run !== run || this.#asked.takes !== takes || run?.isAsked === true)
      this.#asked = { run, takes, at: now };
    const idleMs = now - this.#asked.at;
    return held.size === 0 && idleMs >= this.#limitMs ? `nobody has asked for records for ${idleMs} ms` : null;
  }

  /** It begins anew. */
  reset(): void {
    this.#held.clear();
    this.#asked = null;
  }
}
