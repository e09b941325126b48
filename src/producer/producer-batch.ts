/**
 * The records of one open batch, with whom to tell what becomes of each: when the batch is sealed, or on stable storage, or lost.
 */
import type { BatchOwner, OpenBatch } from '../log/open-batch.ts';
import type { Receipt } from '../log/receipt.ts';
import type { Timestamp } from '../types.ts';
import type { Delivery } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import type { LingeringBatch } from './linger.ts';
import type { SealReason } from './producer-statistics.ts';

/** What a batch tells the partition that it is of. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  /** What an acknowledgement of a batch that is sealed now waits for. */
  readonly acknowledges: 'never' | 'visible' | 'flushed';
  seal(reason: SealReason): void;
  ended(batch: ProducerBatch, error: Error | null): void;
}

export class ProducerBatch implements BatchOwner, LingeringBatch {
  readonly openedAt: number;
  open: OpenBatch | null = null;
  reason: SealReason = 'other';
  /** The round of retries in which it could not be sealed for the first time; -1 when it was not tried. */
  stuckSince = -1;
  readonly #place: BatchPlace;
  readonly #ledger: Ledger;
  readonly #deliveries: Delivery[] = [];
  readonly #indexes: number[] = [];
  readonly #timestamps: Timestamp[] = [];
  #bytes = 0;

  constructor(place: BatchPlace, ledger: Ledger, now: number) {
    this.#place = place;
    this.#ledger = ledger;
    this.openedAt = now;
  }

  get isOpen(): boolean {
    return this.open?.isOpen === true;
  }

  get count(): number {
    return this.#deliveries.length;
  }

  /** records[index] of a send was added to the open batch; `bytes` is what it was admitted with. */
  added(delivery: Delivery, index: number, timestamp: Timestamp, bytes: number): void {
    this.#deliveries.push(delivery);
    this.#indexes.push(index);
    this.#timestamps.push(timestamp);
    this.#bytes += bytes;
  }

  seal(reason: SealReason): void {
    this.#place.seal(reason);
  }

  sealed(receipt: Receipt): void {
    const { acknowledges } = this.#place;
    this.#place.ended(this, null);
    if (acknowledges === 'never') this.#forget();
    else if (acknowledges === 'visible') this.#acknowledge(receipt);
    else {
      void receipt.durable.then(
        () => this.#acknowledge(receipt),
        (error: Error) => this.#fail(error),
      );
    }
  }

  lost(error: Error): void {
    this.#place.ended(this, error);
    this.#fail(error);
  }

  #acknowledge({ baseOffset, logAppendTime }: Receipt): void {
    const { topic, partition } = this.#place;
    for (let i = 0; i < this.#deliveries.length; i++) {
      const timestamp = logAppendTime >= 0 ? logAppendTime : this.#timestamps[i];
      const metadata = { topic, partition, offset: baseOffset + i, timestamp };
      this.#ledger.acknowledged(this.#deliveries[i], this.#indexes[i], metadata);
    }
    this.#ledger.giveBack(this.#bytes);
  }

  #forget(): void {
    for (const delivery of this.#deliveries) this.#ledger.unheard(delivery);
    this.#ledger.giveBack(this.#bytes);
  }

  #fail(error: Error): void {
    for (const delivery of this.#deliveries) this.#ledger.failed(delivery, error);
    this.#ledger.giveBack(this.#bytes);
  }
}
