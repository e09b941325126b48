/**
 * Ends the wait of open batches: one timer for all of a producer, set for the one that was opened first.
 *
 * All wait equally long, so the order of their opening is the order of their ends. With no time to wait a batch ends with the turn of the event
 * loop in which it was opened.
 */
import type { Clock } from '../clock.ts';
import type { SealReason } from './producer-statistics.ts';

export interface LingeringBatch {
  /** When its first record was added, by the clock. */
  readonly openedAt: number;
  /** It waits no longer, for that reason. */
  seal(reason: SealReason): void;
}

export class Linger {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #open = new Set<LingeringBatch>();
  #cancel: (() => void) | null = null;
  #endsWithTurn = false;

  constructor(clock: Clock, lingerMs: number) {
    this.#clock = clock;
    this.#ms = lingerMs;
  }

  /** Batches that wait, the oldest first. */
  get open(): ReadonlySet<LingeringBatch> {
    return this.#open;
  }

  opened(batch: LingeringBatch): void {
    this.#open.add(batch);
    if (this.#ms > 0) {
      if (this.#cancel === null) this.#schedule(this.#ms);
    } else if (!this.#endsWithTurn) {
      this.#endsWithTurn = true;
      queueMicrotask(() => {
        this.#endsWithTurn = false;
        this.#endThoseDue();
      });
    }
  }

  /** Batches that nobody waits for any more cost a timer that finds nothing, and no more. */
  closed(batch: LingeringBatch): void {
    this.#open.delete(batch);
  }

  close(): void {
    this.#open.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.#clock.schedule(delayMs, () => {
      this.#cancel = null;
      this.#endThoseDue();
    });
  }

  #endThoseDue(): void {
    const now = this.#clock.now();
    for (const batch of this.#open) {
      const left = batch.openedAt + this.#ms - now;
      // A clock that was set back must not make anybody wait for longer than was asked.
      if (left > 0 && left <= this.#ms) {
        this.#schedule(left);
        return;
      }
      this.#open.delete(batch);
      batch.seal('linger');
    }
  }
}
