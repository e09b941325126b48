/**
 * What a producer has in hand: the sends that are open, and the bytes of theirs that are not acknowledged.
 *
 * Bytes are counted when a send is taken in and given back record by record, when it is known what became of each. Sends are counted until the
 * last of their records has its answer: flushes wait for that, and so does the end of the process.
 */
import type { RecordMetadata } from './delivery.ts';
import { Delivery } from './delivery.ts';
import { FlushGenerations } from './flush-generations.ts';
import { KeepAlive } from './keep-alive.ts';
import { ProducerCounters, type TopicCounters } from './producer-statistics.ts';

export class Ledger {
  readonly counters = new ProducerCounters();
  readonly #bytesMax: number;
  readonly #onRoom: () => void;
  readonly #generations = new FlushGenerations();
  readonly #keepAlive = new KeepAlive();
  #sends = 0;
  #bytes = 0;

  /** `onRoom` is called whenever bytes were given back. */
  constructor(bytesMax: number, onRoom: () => void) {
    this.#bytesMax = bytesMax;
    this.#onRoom = onRoom;
  }

  get unacknowledgedBytes(): number {
    return this.#bytes;
  }

  /** Somebody waits for what was sent. */
  get isFlushing(): boolean {
    return this.#generations.isFlushing;
  }

  /** Begins a send of `size` bytes; `count` is null for one record that is no array. */
  begin(count: number | null, size: number): Delivery {
    if (this.#sends++ === 0) this.#keepAlive.hold();
    return new Delivery(this.#generations.begin(), count, size);
  }

  /** Takes bytes; false when there is no room for them. More than the bound has room when nothing else is there. */
  take(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes;
    this.#onRoom();
  }

  /** A record was acknowledged. */
  acknowledged(delivery: Delivery, index: number, metadata: RecordMetadata): void {
    this.counters.acknowledgedRecords++;
    delivery.place(index, metadata);
    if (delivery.close()) this.#end(delivery);
  }

  /** A record whose sender did not wait became visible. */
  unheard(delivery: Delivery): void {
    this.counters.acknowledgedRecords++;
    if (delivery.close()) this.#end(delivery);
  }

  /** A record could not be delivered to the topic. */
  failed(delivery: Delivery, error: unknown, topic: TopicCounters): void {
    this.counters.errors++;
    topic.errors++;
    delivery.reject(error);
    if (delivery.close()) this.#end(delivery);
  }

  /** The whole send is over with no record written: it was refused, or taken back. */
  cancelled(delivery: Delivery, error: unknown): void {
    delivery.cancel(error);
    this.#end(delivery);
  }

  /** Settles when all sends that have begun so far are over. */
  flush(): Promise<void> {
    return this.#generations.flush();
  }

  close(): void {
    this.#keepAlive.close();
  }

  #end(delivery: Delivery): void {
    if (--this.#sends === 0) this.#keepAlive.release();
    this.#generations.end(delivery.generation);
  }
}
