/** The sequences of one partition's records under a producer's identity: a batch keeps its own until it is sealed, whatever else is tried meanwhile. */
import { sequenceAfter } from '../log/producer-state.ts';
import type { ProducerStamp } from '../log/producer-stamp.ts';
import type { ProducerIdentity } from './producer-identity.ts';

export class PartitionSequences {
  readonly #identity: ProducerIdentity;
  #producerId = -1;
  #producerEpoch = -1;
  #next = 0;

  constructor(identity: ProducerIdentity) {
    this.#identity = identity;
  }

  /** What the next batch bears. */
  stamp(): ProducerStamp {
    const { producerId, producerEpoch } = this.#identity;
    if (producerId !== this.#producerId || producerEpoch !== this.#producerEpoch) {
      this.#producerId = producerId;
      this.#producerEpoch = producerEpoch;
      this.#next = 0;
    }
    return { producerId, producerEpoch, baseSequence: this.#next };
  }

  /** The batch stands in the log with so many records. */
  sealed(count: number): void {
    this.#next = sequenceAfter(this.#next, count);
  }

  /** The log expects another sequence: what it knew of the producer is gone. */
  lost(): void {
    this.#identity.renew();
  }
}
