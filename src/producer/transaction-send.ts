/** One `send` of a transaction on its way: the promise that it returned. Nobody has to wait for it: a failure is the transaction's too. */
import type { RecordMetadata } from './delivery.ts';
import type { RecordSender } from './transaction-lane.ts';

export class TransactionSend implements RecordSender {
  readonly promise: Promise<RecordMetadata[]>;
  readonly #places: RecordMetadata[] = [];
  #unplaced: number;
  #resolve!: (places: RecordMetadata[]) => void;
  #reject!: (error: Error) => void;

  /** Of `count` records; none is done at once. */
  constructor(count: number) {
    this.#unplaced = count;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Its failure is the transaction's too, so somebody is told.
    this.promise.catch(() => undefined);
    if (count === 0) this.#resolve(this.#places);
  }

  placed(index: number, place: RecordMetadata): void {
    this.#places[index] = place;
    if (--this.#unplaced === 0) this.#resolve(this.#places);
  }

  failed(error: unknown): void {
    this.#reject(error as Error);
  }
}
