/**
 * Who an idempotent producer is: its id and epoch, taken when it first writes.
 *
 * When a partition's log does not know its sequences any more (it was cut, or what the producer wrote is gone), the epoch goes up, and sequences begin
 * at 0 again; the other partitions follow with their next batch. (KIP-360; `TransactionManager.bumpIdempotentProducerEpoch`.)
 */
const EPOCH_MAX = 0x7fff;

/** Where ids come from. */
export interface IdSource {
  /** An id that nobody has had. */
  next(): number;
}

export class ProducerIdentity {
  readonly #ids: IdSource;
  #producerId = -1;
  #producerEpoch = 0;

  constructor(ids: IdSource) {
    this.#ids = ids;
  }

  /** Throws what taking an id throws. */
  get producerId(): number {
    if (this.#producerId < 0) this.#producerId = this.#ids.next();
    return this.#producerId;
  }

  get producerEpoch(): number {
    return this.#producerEpoch;
  }

  /** Sequences begin anew, under the next epoch or, after the last one, under another id. */
  renew(): void {
    if (this.#producerEpoch < EPOCH_MAX) {
      this.#producerEpoch++;
      return;
    }
    this.#producerId = this.#ids.next();
    this.#producerEpoch = 0;
  }
}
