/**
 * Writes to several partitions, and commits offsets of a group, as a whole: all of it is seen by readers of committed records, or nothing.
 *
 *     const producer = store.producer({ transactionalId: 'mover' });
 *     await producer.transaction(async (tx) => {
 *       tx.send('totals', { key: 'c-17', value: '12' });
 *       await tx.sendOffsets('movers', [{ topic: 'orders', partition: 0, offset: 42 }]);
 *     });
 *
 * Promises: the transaction is committed when the function has resolved, and aborted when it threw, whatever happens in between, a crash and a power
 * failure too; of two producers of one name the later one is the only one that can write. One transaction at a time. Not promised: that what
 * the function does elsewhere is undone.
 */
import { checkObject, invalidArgument, isMillraceError, MillraceError } from '../errors.ts';
import type { Logger } from '../types.ts';
import { OpenTransaction } from './open-transaction.ts';
import { Transaction } from './transaction.ts';
import type { ProducerIdentity, TransactionDoor } from './transaction-door.ts';
import {
  checkTransactionalOptions,
  type CheckedTransactionalOptions,
  type TransactionalProducerOptions,
} from './transactional-options.ts';

export interface TransactionalEnvironment {
  readonly door: TransactionDoor;
  readonly logger: Logger;
  /** Called once, when the producer has been closed. */
  readonly onClosed?: (producer: TransactionalProducer) => void;
}

export class TransactionalProducer {
  readonly #options: CheckedTransactionalOptions;
  readonly #environment: TransactionalEnvironment;
  /** The last one that it was given: each end of a transaction gives another. */
  #identity: ProducerIdentity | null = null;
  /** It is not known what became of the last transaction, so the next one begins by finding out. */
  #mustInit = true;
  /** Another producer has its place. */
  #fenced: MillraceError | null = null;
  #isBusy = false;
  /** The transaction in which the caller's function is at work. */
  #open: OpenTransaction | null = null;
  /** What goes on without the caller's function: the beginning, or the end. */
  #step: Promise<unknown> = Promise.resolve();
  /** The transaction that is being committed. */
  #committing: OpenTransaction | null = null;
  #closing: Promise<void> | null = null;

  /** Made by `store.producer({ transactionalId })`. */
  constructor(environment: TransactionalEnvironment, options: TransactionalProducerOptions) {
    this.#environment = environment;
    this.#options = checkTransactionalOptions(options, environment.logger);
  }

  get transactionalId(): string {
    return this.#options.transactionalId;
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  /**
   * Takes the place of all producers of the same name before: they are refused from now on (ERR_MILLRACE_PRODUCER_FENCED), and what they left open is
   * aborted. The first `transaction` does it otherwise.
   */
  async init(): Promise<void> {
    await this.#alone(async () => {
      await this.#begin();
    });
  }

  /**
   * Runs `work` in a transaction: commits when it resolves, and returns what it returned; aborts when it throws, and throws what it threw (with what
   * kept the abort from being written as its `cause`, if it has none). Errors of its own: what failed in the transaction;
   * CONCURRENT_TRANSACTIONS while another one is open, PRODUCER_FENCED for good, TRANSACTION_TIMEOUT, OFFLINE, CLOSED.
   */
  async transaction<T>(work: (tx: Transaction) => T | PromiseLike<T>): Promise<T> {
    if (typeof work !== 'function') throw invalidArgument('work', 'a function', work);
    return this.#alone(async () => {
      const open = await this.#begin();
      if (this.#closing !== null) throw closed();
      this.#open = open;
      let result: T;
      try {
        result = await work(new Transaction(open));
        if (this.#open === null) throw open.failure ?? closed();
      } catch (error) {
        await this.#aborted(open, error);
        throw error;
      }
      this.#open = null;
      await this.#ending(this.#commit(open));
      return result;
    });
  }

  /** Refused, as by Kafka's clients: what this producer writes is part of a transaction, and `tx.send` writes it. */
  async send(): Promise<never> {
    throw new MillraceError('ERR_MILLRACE_TRANSACTION_STATE', 'a transactional producer sends in a transaction only');
  }

  /**
   * Aborts what is open, and takes nothing more; what is being committed is. With `retry: false` what that waits for, such as a full disk, is tried once more
   * and given up. Idempotent.
   */
  async close(options: { readonly retry?: boolean } = {}): Promise<void> {
    const { retry } = checkObject('options', options);
    this.#closing ??= this.#close();
    if (retry === false) this.#committing?.hurry();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const error = closed();
    if (this.#open !== null) await this.#aborted(this.#open, error);
    // Its failure is told to whoever called it.
    else await this.#step.catch(() => undefined);
    this.#environment.onClosed?.(this);
  }

  /** One thing at a time. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw closed();
    if (this.#isBusy) {
      const message = `the producer "${this.transactionalId}" has a transaction open already`;
      throw new MillraceError('ERR_MILLRACE_CONCURRENT_TRANSACTIONS', message);
    }
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }

  async #begin(): Promise<OpenTransaction> {
    await this.#ending(this.#initialise());
    return new OpenTransaction(this.#environment.door, this.#options, this.#identity!);
  }

  async #initialise(): Promise<void> {
    if (this.#fenced !== null) throw this.#fenced;
    if (!this.#mustInit) return;
    const { transactionalId, transactionTimeoutMs } = this.#options;
    try {
      this.#identity = await this.#environment.door.init(transactionalId, transactionTimeoutMs, this.#identity);
      this.#mustInit = false;
    } catch (error) {
      throw this.#noteFence(error);
    }
  }

  /** The caller's function has failed, or the producer is closed in the middle of it. What keeps the abort from being written is only noted. */
  async #aborted(open: OpenTransaction, error: unknown): Promise<void> {
    if (this.#open !== open) return;
    this.#open = null;
    try {
      await this.#ending(this.#abort(open, error));
    } catch (failure) {
      if (error instanceof Error && error.cause === undefined && Object.isExtensible(error)) error.cause = failure;
      const { transactionalId } = this;
      this.#environment.logger.warn?.(
        { err: failure, transactionalId },
        'a transaction could not be aborted by itself',
      );
    }
  }

  async #commit(open: OpenTransaction): Promise<void> {
    this.#committing = open;
    try {
      await open.finish();
      await this.#end(open, 'commit');
    } catch (error) {
      try {
        await this.#abort(open, error);
      } catch (failure) {
        this.#environment.logger.warn?.({ err: failure }, 'a transaction that failed could not be aborted by itself');
      }
      throw error;
    } finally {
      this.#committing = null;
    }
  }

  async #abort(open: OpenTransaction, error: unknown): Promise<void> {
    await open.discard(error);
    const reason = this.#noteFence(open.failure ?? error);
    // The coordinator has aborted it by itself, or for another producer.
    if (this.#fenced !== null || isMillraceError(reason, 'ERR_MILLRACE_TRANSACTION_TIMEOUT')) return;
    await this.#end(open, 'abort');
  }

  async #end(open: OpenTransaction, type: 'commit' | 'abort'): Promise<void> {
    if (open.isEmpty) return;
    this.#mustInit = true;
    try {
      this.#identity = await this.#environment.door.end(this.transactionalId, open.producer, type);
      this.#mustInit = false;
    } catch (error) {
      throw this.#noteFence(error);
    }
  }

  #noteFence(error: unknown): unknown {
    if (isMillraceError(error, 'ERR_MILLRACE_PRODUCER_FENCED')) this.#fenced = error;
    if (isMillraceError(error, 'ERR_MILLRACE_TRANSACTION_TIMEOUT')) this.#mustInit = true;
    return error;
  }

  async #ending<T>(step: Promise<T>): Promise<T> {
    this.#step = step;
    return step;
  }
}

function closed(): MillraceError {
  return new MillraceError('ERR_MILLRACE_CLOSED', 'the producer is closed');
}
