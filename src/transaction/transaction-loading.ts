/**
 * Takes in the transaction log, each partition for itself: one that cannot be read is missing for its own transactional ids, and for no others.
 *
 * Promises: of a partition all is taken in, once, or nothing; one that failed is tried again when one of its ids is asked for, in one go for all who
 * ask meanwhile. Kafka goes on with what it has read up to the failure; an id that stands behind it would begin anew there, beside what it has open.
 */
import type { Logger } from '../types.ts';
import type { TransactionLog } from './transaction-log.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';

export interface LoadingEnvironment {
  readonly log: Pick<TransactionLog, 'partitionCount' | 'partitionOf' | 'load'>;
  readonly logger: Logger;
  /** Called with what a partition says. When it throws, the partition is not loaded. */
  readonly take: (loaded: ReadonlyMap<string, TransactionMetadata>) => void;
}

export class TransactionLoading {
  readonly #environment: LoadingEnvironment;
  /** Why partitions could not be read. */
  readonly #failures = new Map<number, unknown>();
  readonly #retries = new Map<number, Promise<void>>();

  constructor(environment: LoadingEnvironment) {
    this.#environment = environment;
  }

  /** Tries each partition. Failures are logged, and told to who asks for an id. */
  async all(): Promise<void> {
    const { log, logger } = this.#environment;
    for (let partition = 0; partition < log.partitionCount; partition++) {
      try {
        await this.#load(partition);
      } catch (error) {
        logger.error?.({ err: error, partition }, 'a partition of the state of transactions could not be loaded');
      }
    }
  }

  /** Throws why the partition of an id could not be read. */
  check(transactionalId: string): void {
    const partition = this.#failed(transactionalId);
    if (partition !== null) throw this.#failures.get(partition);
  }

  /** Settles when the partition of an id is taken in; tries one that failed again. Rejects with why it cannot be read. */
  async loaded(transactionalId: string): Promise<void> {
    const partition = this.#failed(transactionalId);
    if (partition === null) return;
    let retry = this.#retries.get(partition);
    if (retry === undefined) {
      retry = this.#load(partition).finally(() => this.#retries.delete(partition));
      this.#retries.set(partition, retry);
    }
    await retry;
  }

  #failed(transactionalId: string): number | null {
    if (this.#failures.size === 0) return null;
    const partition = this.#environment.log.partitionOf(transactionalId);
    return this.#failures.has(partition) ? partition : null;
  }

  async #load(partition: number): Promise<void> {
    const { log, take } = this.#environment;
    try {
      take(await log.load(partition));
      this.#failures.delete(partition);
    } catch (error) {
      this.#failures.set(partition, error);
      throw error;
    }
  }
}
