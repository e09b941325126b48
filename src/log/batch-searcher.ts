/**
 * Searches batches in a worker thread, one after another in the order in which they come. The thread is begun for the first one and ends when there is none for a
 * while. Each batch is copied when its turn comes, so those that wait take no memory.
 */
import { MillraceError } from '../errors.ts';
import { SEARCH_THREAD_IDLE_MS } from '../limits.ts';
import { compiledModule } from '../package-root.ts';
import { fromPlainError } from '../worker/error-transfer.ts';
import { ThreadPool } from '../worker/thread-pool.ts';
import type { BatchSearchOutcome, BatchSearchTask, TimestampedOffset, WantedRecord } from './batch-search.ts';

export class BatchSearcher {
  readonly #threads = new ThreadPool<BatchSearchTask, BatchSearchOutcome>({
    module: compiledModule('log/batch-search'),
    work: 'searchBatch',
    threads: 1,
    idleMs: SEARCH_THREAD_IDLE_MS,
  });
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Null: it has no such record. Errors: those of inflating it; ABORTED for one that nobody waits for any more when its turn comes, CLOSED. */
  find(batch: Uint8Array, wanted: WantedRecord, signal: AbortSignal): Promise<TimestampedOffset | null> {
    const turn = this.#last.then(() => this.#search(batch, wanted, signal));
    // Its failure is told to who asked for it.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for the batch that is being searched. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#threads.close();
  }

  async #search(batch: Uint8Array, wanted: WantedRecord, signal: AbortSignal): Promise<TimestampedOffset | null> {
    if (this.#isClosed) throw new MillraceError('ERR_MILLRACE_CLOSED', 'no batches are searched any more');
    if (signal.aborted) throw new MillraceError('ERR_MILLRACE_ABORTED', 'nobody waits for the search of a batch');
    // A view that crosses threads takes along all that it is a view of.
    const outcome = await this.#threads.run({ ...wanted, batch: Uint8Array.from(batch) });
    if (outcome.kind === 'failed') throw fromPlainError(outcome.error);
    return outcome.found;
  }
}
