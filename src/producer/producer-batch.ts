/**
 * The records of one open batch, with whom to tell what becomes of each: when the batch is sealed, or on stable storage, or lost.
 */
import type { BatchOwner, OpenBatch } from '../log/open-batch.ts';
import type { Receipt } from '../log/receipt.ts';
import type { Timestamp } from '../types.ts';
import type { Delivery } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import type { LingeringBatch } from './linger.ts';
import type { SealReason, TopicCounters } from './producer-statistics.ts';

/** What a batch tells the partition that it is of. */
export interface BatchPlace {
  readonly topic: string;
  readonly partition: number;
  /** Of the topic. */
  readonly counters: TopicCounters;
  /** What an acknowledgement of a batch that is sealed now waits for. */
  readonly acknowledges: 'never' | 'visible' | 'flushed';
  seal(reason: SealReason): void;
  ended(batch: ProducerBatch, error: Error | null): void;
}

/** Records of a send that follow one another, in the array and in the batch. */
export interface AddedRun {
  /** Of the first one in its send. */
  readonly index: number;
  readonly count: number;
  readonly timestamp: Timestamp;
  /** What they were admitted with. */
  readonly bytes: number;
}

export class ProducerBatch implements BatchOwner, LingeringBatch {
  readonly openedAt: number;
  open: OpenBatch | null = null;
  /** Bytes, before compression, as the partition has last seen them: a batch that is sealed cannot be asked any more. */
  size = 0;
  reason: SealReason = 'other';
  /** The round of retries in which it could not be sealed for the first time; -1 when it was not tried. */
  stuckSince = -1;
  readonly #place: BatchPlace;
  readonly #ledger: Ledger;
  /** Runs of records: of which send, from which index on, how many, and from when. */
  readonly #deliveries: Delivery[] = [];
  readonly #indexes: number[] = [];
  readonly #lengths: number[] = [];
  readonly #timestamps: Timestamp[] = [];
  #count = 0;
  #bytes = 0;

  constructor(place: BatchPlace, ledger: Ledger, now: number) {
    this.#place = place;
    this.#ledger = ledger;
    this.openedAt = now;
  }

  get isOpen(): boolean {
    return this.open?.isOpen === true;
  }

  /** Records. */
  get count(): number {
    return this.#count;
  }

  /** A run of records of a send was added to the open batch. */
  added(delivery: Delivery, { index, count, timestamp, bytes }: AddedRun): void {
    this.#deliveries.push(delivery);
    this.#indexes.push(index);
    this.#lengths.push(count);
    this.#timestamps.push(timestamp);
    this.#count += count;
    this.#bytes += bytes;
    this.#ledger.counters.records += count;
    delivery.encoded();
    const { acknowledges, topic, partition } = this.#place;
    if (acknowledges !== 'never') return;
    for (let i = 0; i < count; i++) delivery.place(index + i, { topic, partition, offset: -1, timestamp });
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
    let offset = baseOffset;
    for (let run = 0; run < this.#deliveries.length; run++) {
      const delivery = this.#deliveries[run];
      const index = this.#indexes[run];
      const timestamp = logAppendTime >= 0 ? logAppendTime : this.#timestamps[run];
      for (let i = 0; i < this.#lengths[run]; i++) {
        this.#ledger.acknowledged(delivery, index + i, { topic, partition, offset: offset++, timestamp });
      }
    }
    this.#ledger.giveBack(this.#bytes);
  }

  #forget(): void {
    this.#eachRecord((delivery) => this.#ledger.unheard(delivery));
  }

  #fail(error: Error): void {
    const { counters } = this.#place;
    this.#eachRecord((delivery) => this.#ledger.failed(delivery, error, counters));
  }

  #eachRecord(tell: (delivery: Delivery) => void): void {
    this.#deliveries.forEach((delivery, run) => {
      for (let i = 0; i < this.#lengths[run]; i++) tell(delivery);
    });
    this.#ledger.giveBack(this.#bytes);
  }
}
