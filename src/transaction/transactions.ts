/**
 * The transactions of a store: its coordinator, loaded from its log and driven, for producers in the same process.
 *
 * Promises: whoever is answered can rely on it after a crash; what was decided before a crash is finished after it; a transaction that takes longer
 * than its time-out is aborted within `TIMED_OUT_CHECK_MS` more. Where Kafka answers that something is under way and to come again, the
 * methods here wait for it.
 */
import type { Clock } from '../clock.ts';
import { invalidArgument, MillraceError } from '../errors.ts';
import { guardedClock } from '../guarded-clock.ts';
import { EXPIRED_IDS_CHECK_MS, INIT_WAIT_MS, TIMED_OUT_CHECK_MS } from '../limits.ts';
import type { Logger, Timestamp, TopicPartition } from '../types.ts';
import { TransactionCoordinator } from './coordinator.ts';
import type { Answer, Step } from './coordinator-step.ts';
import type { ProducerIdAndEpoch } from './init-judgement.ts';
import { type DriverEnvironment, TransactionDriver } from './transaction-driver.ts';
import { timedOut, tooLongUnderWay, transactionFailure } from './transaction-failure.ts';
import { list, type TransactionDescription, type TransactionFilter } from './transaction-listing.ts';
import { TransactionLoading } from './transaction-loading.ts';
import type { TransactionLog } from './transaction-log.ts';
import { TransactionRequests } from './transaction-requests.ts';
import type { TransactionMetadata, TransactionVersion } from './transaction-metadata.ts';

export interface TransactionsOptions extends DriverEnvironment {
  readonly log: TransactionLog;
  readonly version: TransactionVersion;
  readonly nextProducerId: () => number;
  readonly timeoutMsMax: number;
  readonly expirationMs: number;
}

export interface TransactionStatistics {
  /** Transactional ids that are known. */
  readonly ids: number;
  /** Transactions that have begun and are not decided. */
  readonly open: number;
  /** Since the store was opened. */
  readonly committed: number;
  readonly aborted: number;
  /** Of the aborted ones, those that ran out of time. */
  readonly timedOut: number;
}

export class Transactions {
  /** The same coordinator, for clients that are answered and come again. */
  readonly requests: TransactionRequests;
  readonly #coordinator: TransactionCoordinator;
  readonly #driver: TransactionDriver;
  readonly #loading: TransactionLoading;
  readonly #options: TransactionsOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancels: (() => void)[] = [];
  #counts = { committed: 0, aborted: 0, timedOut: 0 };
  #isClosed = false;

  /**
   * Loads what the log says. What is decided there is on its way to its end when this returns. A partition that cannot be read fails what is asked
   * for its ids, with its error; each such call tries it again.
   */
  static async load(options: TransactionsOptions): Promise<Transactions> {
    const transactions = new Transactions(options);
    await transactions.#loading.all();
    transactions.#start();
    return transactions;
  }

  private constructor(options: TransactionsOptions) {
    this.#options = options;
    this.#clock = guardedClock(options.clock, options.logger, 'transactions');
    this.#logger = options.logger;
    this.#coordinator = new TransactionCoordinator(options);
    this.#driver = new TransactionDriver(this.#coordinator, options.log, options);
    const { log, logger } = options;
    this.#loading = new TransactionLoading({ log, logger, take: (loaded) => this.#take(loaded) });
    this.requests = new TransactionRequests(this.#coordinator, this.#driver, {
      loading: this.#loading,
      clock: options.clock,
      markedLog: options.markedLog,
      checkOpen: () => this.#checkOpen(),
      onEnd: (type) => this.#countEnd(type),
    });
  }

  get statistics(): TransactionStatistics {
    let [ids, open] = [0, 0];
    for (const { metadata } of this.#coordinator.transactions) {
      ids++;
      if (metadata.state === 'Ongoing') open++;
    }
    return { ids, open, ...this.#counts };
  }

  /** Without the ids of partitions that could not be read. */
  list(filter: TransactionFilter = {}): TransactionDescription[] {
    return list(this.#coordinator.transactions, filter, this.#clock.now());
  }

  /**
   * Gives a producer id and an epoch that fences all before, and aborts what they left open. With `expected` it goes on from there (KIP-360).
   * TIMED_OUT when the last transaction is not over within `INIT_WAIT_MS`.
   */
  async init(
    transactionalId: string,
    timeoutMs: number,
    expected: ProducerIdAndEpoch | null,
  ): Promise<ProducerIdAndEpoch> {
    if (timeoutMs > this.#options.timeoutMsMax)
      throw invalidArgument('transactionTimeoutMs', `at most ${this.#options.timeoutMsMax}`, timeoutMs);
    const request = { transactionalId, timeoutMs, expected };
    const until = this.#clock.now() + INIT_WAIT_MS;
    return this.#ask(transactionalId, expected, () => this.#coordinator.init(request), until);
  }

  /** Settles when the partitions are in the transaction, which the first of them begins: before that nothing may be written to them. */
  async addPartitions(
    transactionalId: string,
    producer: ProducerIdAndEpoch,
    partitions: readonly TopicPartition[],
  ): Promise<void> {
    const request = { transactionalId, ...producer, partitions, clientVersion: this.#options.version };
    await this.#ask(transactionalId, producer, () => this.#coordinator.addPartitions(request));
  }

  /** Ends the transaction; settles when readers of committed records see that, with the epoch for the next one. */
  async end(
    transactionalId: string,
    producer: ProducerIdAndEpoch,
    type: 'commit' | 'abort',
  ): Promise<ProducerIdAndEpoch> {
    const request = { transactionalId, ...producer, type, clientVersion: this.#options.version };
    const answer = await this.#ask(transactionalId, producer, () => this.#coordinator.end(request));
    this.#countEnd(type);
    await this.#driver.shown(transactionalId);
    return answer;
  }

  /** Why a partition or the coordinator does not know a producer any more: its time was over, or another one has come. */
  fenced(transactionalId: string, producer: ProducerIdAndEpoch): MillraceError {
    return this.#isTimedOut(transactionalId, producer)
      ? timedOut(transactionalId)
      : transactionFailure(transactionalId, 'PRODUCER_FENCED');
  }

  /** What is on its way is finished, if it can be at once. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    await this.#driver.close();
  }

  async #ask(
    transactionalId: string,
    producer: ProducerIdAndEpoch | null,
    ask: () => Step,
    until = Infinity,
  ): Promise<Answer> {
    await this.#loading.loaded(transactionalId);
    for (;;) {
      this.#checkOpen();
      const answer = await this.#driver.run(ask());
      const { error } = answer;
      if (error === null) return answer;
      const isFenced = error !== 'CONCURRENT_TRANSACTIONS' && producer !== null;
      if (isFenced && this.#isTimedOut(transactionalId, producer)) throw timedOut(transactionalId);
      if (error !== 'CONCURRENT_TRANSACTIONS') throw transactionFailure(transactionalId, error);
      if (!(await this.#settled(transactionalId, until))) throw transactionFailure(transactionalId, error);
    }
  }

  /** False when nothing was under way. */
  async #settled(transactionalId: string, until: Timestamp): Promise<boolean> {
    const settled = this.#driver.settled(transactionalId);
    if (until === Infinity) return settled;
    let cancel: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      const tell = (): void => reject(tooLongUnderWay(transactionalId, INIT_WAIT_MS));
      cancel = this.#clock.schedule(Math.max(until - this.#clock.now(), 0), tell, true);
    });
    try {
      return await Promise.race([settled, late]);
    } finally {
      cancel?.();
    }
  }

  #take(loaded: ReadonlyMap<string, TransactionMetadata>): void {
    this.#checkOpen();
    for (const step of this.#coordinator.load(loaded)) this.#inBackground(step, 'finished');
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new MillraceError('ERR_MILLRACE_CLOSED', 'the store is closed');
  }

  #countEnd(type: 'commit' | 'abort'): void {
    this.#counts[type === 'commit' ? 'committed' : 'aborted']++;
  }

  #isTimedOut(transactionalId: string, { producerId, producerEpoch }: ProducerIdAndEpoch): boolean {
    const late = this.#coordinator.get(transactionalId)?.timedOut ?? null;
    return late !== null && late.producerId === producerId && late.producerEpoch === producerEpoch;
  }

  #start(): void {
    this.#every(TIMED_OUT_CHECK_MS, () => this.#abortTimedOut());
    this.#every(EXPIRED_IDS_CHECK_MS, () => {
      for (const write of this.#coordinator.expireIds()) this.#inBackground({ do: 'write', write }, 'forgotten');
    });
  }

  #every(intervalMs: number, task: () => void): void {
    const slot = this.#cancels.length;
    const again = (): void => {
      this.#cancels[slot] = this.#clock.schedule(intervalMs, () => {
        again();
        task();
      });
    };
    again();
  }

  #abortTimedOut(): void {
    for (const transactionalId of this.#coordinator.timedOut()) {
      try {
        const step = this.#coordinator.abortTimedOut(transactionalId);
        if (step === null) continue;
        this.#logger.warn?.({ transactionalId }, 'a transaction took longer than its time-out and is aborted');
        this.#counts.aborted++;
        this.#counts.timedOut++;
        this.#inBackground(step, 'aborted');
      } catch (error) {
        this.#logger.warn?.({ err: error, transactionalId }, 'a transaction that is out of time could not be aborted');
      }
    }
  }

  #inBackground(step: Step, what: string): void {
    this.#driver.run(step).catch((error: unknown) => {
      this.#logger.warn?.({ err: error }, `a transaction or its id could not be ${what}`);
    });
  }
}
