/**
 * Records of one partition that wait behind one that could not be written: in their order, until their retries or their time are used up.
 */
import type { Timestamp } from '../types.ts';
import type { Delivery } from './delivery.ts';
import type { ProducerRecord } from './partitioner.ts';
import { Queue } from './queue.ts';
import { type Endurance, reasonToGiveUp, type Tried } from './retry-policy.ts';

export interface WaitingRecord extends Tried {
  readonly record: ProducerRecord;
  readonly delivery: Delivery;
  /** Its place in its send. */
  readonly index: number;
  /** Bytes that it was admitted with. */
  readonly size: number;
}

export class Backlog {
  readonly #waiting = new Queue<WaitingRecord>();

  push(waiting: WaitingRecord): void {
    this.#waiting.push(waiting);
  }

  /** Hands one after another to `write`, until it returns false; one for which it throws stays. Those that were taken back are left out. */
  drain(write: (waiting: WaitingRecord) => boolean): void {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const goesOn = next.delivery.isCancelled || write(next);
      this.#waiting.shift();
      if (!goesOn) return;
    }
  }

  /** Hands those that are not to be tried any more to `refuse`, with the reason. Returns when the oldest of the rest was sent, or null. */
  giveUp(endurance: Endurance, refuse: (waiting: WaitingRecord, reason: unknown) => void): Timestamp | null {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const { isCancelled } = next.delivery;
      const reason = isCancelled ? null : reasonToGiveUp(next, endurance);
      if (reason === null && !isCancelled) return next.sentAt;
      this.#waiting.shift();
      if (reason !== null) refuse(next, reason);
    }
    return null;
  }
}
