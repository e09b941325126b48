/**
 * Does what a coordinator says: writes to the transaction log and waits until it is on stable storage, writes markers, and tells the coordinator.
 *
 * The order is what counts. A decision is durable before the first marker is written, and all markers are durable before it is noted that they are:
 * so a crash in between finds the decision again, and nothing more has to be known. A marker that cannot be written is tried again, while
 * the other partitions get theirs, until it is, its topic is deleted, or the store closes or fails; then whoever loads the log next does it.
 */
import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { isMillraceError, MillraceError } from '../errors.ts';
import { RETRY_BACKOFF_MAX_MS, RETRY_BACKOFF_MS } from '../limits.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Receipt } from '../log/receipt.ts';
import type { Logger, TopicPartition } from '../types.ts';
import type { TransactionCoordinator } from './coordinator.ts';
import type { Answer, Step, TransactionMarkers, TransactionWrite } from './coordinator-step.ts';
import type { TransactionLog } from './transaction-log.ts';

export interface DriverEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The log that markers for a partition go to; null when there is no such partition (any more). */
  readonly markedLog: (partition: TopicPartition) => PartitionLog | null;
}

/** A decided transaction on its way to its end. */
interface Ending {
  /** All markers can be read. */
  readonly shown: Promise<void>;
  /** And it is noted. */
  readonly settled: Promise<void>;
}

export class TransactionDriver {
  readonly #coordinator: TransactionCoordinator;
  readonly #log: TransactionLog;
  readonly #environment: DriverEnvironment;
  readonly #writing = new Map<string, Promise<unknown>>();
  readonly #endings = new Map<string, Ending>();
  readonly #waits = new Set<() => void>();
  #isClosed = false;

  constructor(coordinator: TransactionCoordinator, log: TransactionLog, environment: DriverEnvironment) {
    this.#coordinator = coordinator;
    this.#log = log;
    this.#environment = environment;
  }

  /**
   * Does a step and what follows from it, up to the answer; markers are on their way then. Rejects when the log could not be written, and then
   * nothing has changed.
   */
  async run(step: Step): Promise<Answer> {
    if (step.do === 'answer') return step.answer;
    if (step.do === 'mark') {
      this.#end(step.markers.transactionalId, () => this.#mark(step.markers));
      return step.answer;
    }
    const { write } = step;
    if (write.kind === 'complete') {
      this.#end(write.transactionalId, async () => ({ write, markers: [] }));
      return write.answer;
    }
    const writing = this.#write(write);
    this.#writing.set(write.transactionalId, writing);
    try {
      const next = await writing;
      return await this.run(next);
    } finally {
      if (this.#writing.get(write.transactionalId) === writing) this.#writing.delete(write.transactionalId);
    }
  }

  /** Settles when the markers of what is decided can be read. Rejects when the store closed or failed before. */
  async shown(transactionalId: string): Promise<void> {
    await this.#endings.get(transactionalId)?.shown;
  }

  /** Settles when nothing of an id is under way; false when nothing was. */
  async settled(transactionalId: string): Promise<boolean> {
    const writing = this.#writing.get(transactionalId);
    const ending = this.#endings.get(transactionalId);
    // Its failure is told to whoever asked for it.
    await writing?.catch(() => undefined);
    await ending?.settled;
    return writing !== undefined || ending !== undefined;
  }

  /** Tries what it can, once more and no longer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waits) wake();
    await Promise.allSettled(this.#writing.values());
    await Promise.allSettled(Array.from(this.#endings.values(), ({ settled }) => settled));
  }

  async #write(write: TransactionWrite): Promise<Step> {
    try {
      await this.#log.append(write).durable;
    } catch (error) {
      this.#coordinator.failed(write);
      throw error;
    }
    return this.#coordinator.written(write);
  }

  /** `mark` writes what must be written before the completion, which it returns. */
  #end(transactionalId: string, mark: () => Promise<Completion>): void {
    const marked = mark();
    const shown = marked.then(() => undefined);
    const settled = marked.then((completion) => this.#complete(completion));
    const ending = { shown, settled };
    this.#endings.set(transactionalId, ending);
    // One that failed stays: nobody can go on with the id before the next open.
    settled.then(
      () => void this.#endings.delete(transactionalId),
      (error: unknown) => {
        this.#environment.logger.warn?.(
          { err: error, transactionalId },
          'a decided transaction waits for the next open',
        );
      },
    );
    // Told to those who wait for it.
    shown.catch(() => undefined);
  }

  /** Each partition for itself: one that cannot be written holds no other up. */
  async #mark(markers: TransactionMarkers): Promise<Completion> {
    const { transactionalId, partitions } = markers;
    const written: Marker[] = [];
    const marking = partitions.map(async (partition) => {
      const marker = await this.#persist({ transactionalId, ...partition }, () =>
        this.#writeMarker(markers, partition),
      );
      if (marker !== null) written.push(marker);
      return this.#coordinator.marked(transactionalId, partition);
    });
    const write = (await Promise.all(marking)).find((each) => each !== null);
    assert(write !== undefined, 'markers of which some are missing');
    return { write, markers: written };
  }

  async #complete({ write, markers }: Completion): Promise<void> {
    await Promise.all(markers.map((marker) => this.#madeDurable(marker)));
    // It need not be durable itself: without it the markers are written again, and that changes nothing.
    await this.#persist({ transactionalId: write.transactionalId }, () => this.#log.append(write));
    const next = this.#coordinator.written(write);
    assert(next.do === 'answer', 'a completion that is not the end');
  }

  async #madeDurable({ partition, log, receipt }: Marker): Promise<void> {
    try {
      await receipt.durable;
    } catch (error) {
      // Its topic was deleted meanwhile: there is nothing left that misses a marker.
      if (this.#environment.markedLog(partition) === log) throw error;
    }
  }

  /** Null when there is nothing to be marked. */
  #writeMarker(markers: TransactionMarkers, partition: TopicPartition): Marker | null {
    const { transactionalId, type, producerId, producerEpoch, version: transactionVersion } = markers;
    const { markedLog, logger } = this.#environment;
    const log = markedLog(partition);
    if (log === null) return null;
    const coordinatorEpoch = this.#log.coordinatorEpoch(transactionalId);
    try {
      const marker = { producerId, producerEpoch, type, coordinatorEpoch, transactionVersion };
      return { partition, log, receipt: log.endTransaction(marker) };
    } catch (error) {
      if (!isMillraceError(error) || !FENCED.has(error.code)) throw error;
      // Somebody has gone on there with a higher epoch, so the transaction is over; to come again would change nothing.
      logger.error?.({ err: error, transactionalId, ...partition }, 'a partition refused the marker of a transaction');
      return null;
    }
  }

  /** Tries until it succeeds. Rejects when the store is closed or offline. `what` is told in the log. */
  async #persist<T>(what: Persisted, attempt: () => T): Promise<T> {
    for (let round = 0; ; round++) {
      try {
        return attempt();
      } catch (error) {
        if (this.#isClosed || !isMillraceError(error) || error.code === 'ERR_MILLRACE_OFFLINE')
          throw unfinished(what.transactionalId, error);
        if (round === 0)
          this.#environment.logger.warn?.({ err: error, ...what }, 'the end of a transaction is tried again');
        await this.#wait(Math.min(RETRY_BACKOFF_MS * 2 ** Math.min(round, 10), RETRY_BACKOFF_MAX_MS));
      }
    }
  }

  async #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#waits.delete(wake);
        resolve();
      };
      const cancel = this.#environment.clock.schedule(delayMs, wake, true);
      this.#waits.add(wake);
    });
  }
}

/** One that is written, and the log that has it. */
interface Marker {
  readonly partition: TopicPartition;
  readonly log: PartitionLog;
  readonly receipt: Receipt;
}

/** The marker of a partition, or without one the completion. */
type Persisted = { readonly transactionalId: string } & Partial<TopicPartition>;

interface Completion {
  readonly write: TransactionWrite;
  readonly markers: readonly Marker[];
}

const FENCED: ReadonlySet<string> = new Set(['ERR_MILLRACE_PRODUCER_FENCED', 'ERR_MILLRACE_COORDINATOR_FENCED']);

function unfinished(transactionalId: string, cause: unknown): unknown {
  if (!isMillraceError(cause)) return cause;
  const message = `the transaction of "${transactionalId}" is decided, and finished when the store is opened again`;
  return new MillraceError(cause.code, message, { cause });
}
