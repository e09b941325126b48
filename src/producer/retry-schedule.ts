/**
 * When something of a transaction that may yet go well is tried again, and when it is given up: by the rules of all producers (`retry-policy.ts`).
 *
 * A lane of a transaction has one, and so has the adding of partitions. The clock is handed in.
 */
import type { Clock } from '../clock.ts';
import type { TopicPartition } from '../types.ts';
import { type BackoffOptions, backoffMs, isRetriable, reasonToGiveUp, type Tried } from './retry-policy.ts';

/** What all of a transaction share. */
export interface RetryTerms extends BackoffOptions {
  readonly clock: Clock;
  readonly deliveryTimeoutMs: number;
  /** 0 when the producer is being closed and must not wait any more. */
  retries: number;
}

export class RetrySchedule {
  readonly #terms: RetryTerms;
  #round = 0;
  /** Failures since something went well. */
  #attempt = 0;
  #again: (() => void) | null = null;
  #cancel: (() => void) | null = null;

  constructor(terms: RetryTerms) {
    this.#terms = terms;
  }

  /** A retry is to come. */
  get isWaiting(): boolean {
    return this.#again !== null;
  }

  /** Of what is tried for the first time now. */
  get round(): number {
    return this.#round;
  }

  /** Calls `again` when it is time. Returns why it is not to be tried again, or null. */
  failed(cause: unknown, { sentAt, since }: Tried, { topic, partition }: TopicPartition, again: () => void): unknown {
    if (!isRetriable(cause)) return cause;
    const { clock, retries, deliveryTimeoutMs } = this.#terms;
    const now = clock.now();
    const endurance = { now, round: this.#round, retries, deliveryTimeoutMs, cause, topic, partition };
    const reason = reasonToGiveUp({ sentAt, since }, endurance);
    if (reason !== null) return reason;
    const left = Math.max(sentAt + deliveryTimeoutMs - now, 0);
    this.#again = again;
    this.#cancel = clock.schedule(Math.min(backoffMs(this.#terms, this.#attempt++), left), () => this.hurry(), true);
    return null;
  }

  succeeded(): void {
    this.#attempt = 0;
  }

  /** Tries again at once, if a retry is to come. */
  hurry(): void {
    const again = this.#again;
    if (again === null) return;
    this.stop();
    this.#round++;
    again();
  }

  /** No retry is to come. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#again = null;
  }
}
