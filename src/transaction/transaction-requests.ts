/**
 * The coordinator as clients on a wire ask it: each request is answered once, in the coordinator's own words. Where something is under way the answer is
 * CONCURRENT_TRANSACTIONS, and the client comes again; nothing waits here for others.
 *
 * Promises: what is answered with success is durable. A commit is decided when all that the transaction wrote is durable, so that a power failure leaves
 * all of it or nothing; and the end of a transaction is answered when readers of committed records see it, or after `END_SHOWN_WAIT_MS`,
 * whichever is first. Rejects, and nothing has changed, when the store is closed or its log cannot be read or written.
 */
import type { Clock } from '../clock.ts';
import { END_SHOWN_WAIT_MS } from '../limits.ts';
import type { TopicPartition } from '../types.ts';
import type { PartitionsRequest, TransactionCoordinator } from './coordinator.ts';
import type { Answer } from './coordinator-step.ts';
import type { EndRequest } from './end-judgement.ts';
import type { InitRequest } from './init-judgement.ts';
import type { DriverEnvironment, TransactionDriver } from './transaction-driver.ts';
import type { TransactionLoading } from './transaction-loading.ts';
import { describe, list, type TransactionDescription, type TransactionFilter } from './transaction-listing.ts';

export interface RequestsEnvironment extends Pick<DriverEnvironment, 'clock' | 'markedLog'> {
  readonly clock: Clock;
  readonly loading: Pick<TransactionLoading, 'check' | 'loaded'>;
  /** Throws when nothing may begin any more. */
  readonly checkOpen: () => void;
  /** A transaction was ended by whoever asked for it, and not before. */
  readonly onEnd: (type: 'commit' | 'abort') => void;
}

/** An answer to all partitions, or those of them that are not in the transaction. */
export type Verification =
  | { readonly answer: Answer; readonly missing: null }
  | { readonly answer: null; readonly missing: readonly TopicPartition[] };

export class TransactionRequests {
  readonly #coordinator: TransactionCoordinator;
  readonly #driver: TransactionDriver;
  readonly #environment: RequestsEnvironment;

  constructor(coordinator: TransactionCoordinator, driver: TransactionDriver, environment: RequestsEnvironment) {
    this.#coordinator = coordinator;
    this.#driver = driver;
    this.#environment = environment;
  }

  /** InitProducerId of a transactional id. */
  async init(request: InitRequest): Promise<Answer> {
    await this.#environment.loading.loaded(request.transactionalId);
    this.#environment.checkOpen();
    return this.#driver.run(this.#coordinator.init(request));
  }

  /** AddPartitionsToTxn, and AddOffsetsToTxn with the group's partition. */
  async addPartitions(request: PartitionsRequest): Promise<Answer> {
    await this.#environment.loading.loaded(request.transactionalId);
    this.#environment.checkOpen();
    return this.#driver.run(this.#coordinator.addPartitions(request));
  }

  /** Whether partitions are in the transaction: known at once. Throws why the id's part of the log could not be read. */
  verifyPartitions(request: Omit<PartitionsRequest, 'clientVersion'>): Verification {
    this.#environment.loading.check(request.transactionalId);
    const verdict = this.#coordinator.verifyPartitions(request);
    return 'do' in verdict && verdict.do === 'answer'
      ? { answer: verdict.answer, missing: null }
      : { answer: null, missing: verdict as readonly TopicPartition[] };
  }

  /** EndTxn. */
  async end(request: EndRequest): Promise<Answer> {
    const { transactionalId, type } = request;
    await this.#environment.loading.loaded(transactionalId);
    if (type === 'commit') await this.#flush(request);
    this.#environment.checkOpen();
    const step = this.#coordinator.end(request);
    const answer = await this.#driver.run(step);
    if (step.do === 'answer' || answer.error !== null) return answer;
    this.#environment.onEnd(type);
    await this.#shown(transactionalId);
    return answer;
  }

  /** Null for an id that is not known. Throws why its part of the log could not be read. */
  describe(transactionalId: string): TransactionDescription | null {
    this.#environment.loading.check(transactionalId);
    const known = this.#coordinator.get(transactionalId);
    return known === undefined ? null : describe(known);
  }

  /** Without the ids of partitions that could not be read. */
  list(filter: TransactionFilter): TransactionDescription[] {
    return list(this.#coordinator.transactions, filter, this.#environment.clock.now());
  }

  async #flush({ transactionalId, producerId, producerEpoch }: EndRequest): Promise<void> {
    const metadata = this.#coordinator.get(transactionalId)?.metadata;
    if (metadata?.state !== 'Ongoing') return;
    if (metadata.producerId !== producerId || metadata.producerEpoch !== producerEpoch) return;
    await Promise.all(Array.from(metadata.partitions, (partition) => this.#flushOne(partition)));
  }

  async #flushOne(partition: TopicPartition): Promise<void> {
    const { markedLog } = this.#environment;
    const log = markedLog(partition);
    try {
      await log?.flush();
    } catch (error) {
      // Its topic was deleted meanwhile: there is nothing left that could be torn.
      if (markedLog(partition) === log) throw error;
    }
  }

  /** A marker that cannot be written is tried again and again: the client is not made to wait for that. */
  async #shown(transactionalId: string): Promise<void> {
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#environment.clock.schedule(END_SHOWN_WAIT_MS, resolve);
    });
    // Its failure is logged where it happens; it is decided all the same.
    const settled = this.#driver.settled(transactionalId).catch(() => undefined);
    await Promise.race([settled, late]);
    cancel?.();
  }
}
