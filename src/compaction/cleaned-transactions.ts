/**
 * Which transaction the batches belong to that compaction comes by, in the order of the log: whether it was aborted, and whether anything of it
 * is left when its marker comes. (`CleanedTransactionMetadata`.)
 *
 * Data of an aborted transaction goes. A marker may go when nothing of its transaction is left before it. A pass is done in pieces, so the state
 * between two of them is plain data.
 */
import type { AbortedTransaction } from '../index/transaction-index.ts';
import type { ControlType } from '../record/control-record.ts';

interface OngoingAbort {
  readonly transaction: AbortedTransaction;
  /** A batch of it was met. */
  isSeen: boolean;
}

export interface TransactionsState {
  /** Aborted transactions of which nothing was met yet, by their first offset. */
  readonly pending: readonly AbortedTransaction[];
  readonly aborted: readonly (readonly [number, OngoingAbort])[];
  readonly committed: readonly number[];
}

/** The state before the batch at `from`, of a log with these aborted transactions. */
export function transactionsFrom(aborted: readonly AbortedTransaction[], from: number): TransactionsState {
  const pending = aborted.filter(({ lastOffset }) => lastOffset >= from);
  return { pending: pending.sort((a, b) => a.firstOffset - b.firstOffset), aborted: [], committed: [] };
}

export class CleanedTransactions {
  readonly #pending: readonly AbortedTransaction[];
  #next = 0;
  readonly #aborted: Map<number, OngoingAbort>;
  readonly #committed: Set<number>;
  /** What a marker ended that was just passed over, if data of it was met: the new index keeps it. */
  readonly #onEnded: (transaction: AbortedTransaction) => void;

  constructor(state: TransactionsState, onEnded: (transaction: AbortedTransaction) => void = () => undefined) {
    this.#pending = state.pending;
    this.#aborted = new Map(state.aborted.map(([producerId, ongoing]) => [producerId, { ...ongoing }]));
    this.#committed = new Set(state.committed);
    this.#onEnded = onEnded;
  }

  get state(): TransactionsState {
    return {
      pending: this.#pending.slice(this.#next),
      aborted: [...this.#aborted],
      committed: [...this.#committed],
    };
  }

  /** A batch of data: was it aborted? */
  isAborted(producerId: number, isTransactional: boolean, lastOffset: number): boolean {
    this.#begin(lastOffset);
    if (!isTransactional) return false;
    const ongoing = this.#aborted.get(producerId);
    if (ongoing === undefined) {
      this.#committed.add(producerId);
      return false;
    }
    ongoing.isSeen = true;
    return true;
  }

  /** A marker, or null where an earlier compaction has emptied its batch: is nothing left of its transaction? */
  isOver(producerId: number, type: ControlType | null, lastOffset: number): boolean {
    this.#begin(lastOffset);
    if (type === null) return true;
    if (type === 'commit') return !this.#committed.delete(producerId);
    if (type !== 'abort') return false;
    const ongoing = this.#aborted.get(producerId);
    this.#aborted.delete(producerId);
    if (ongoing === undefined || !ongoing.isSeen) return true;
    this.#onEnded(ongoing.transaction);
    return false;
  }

  /** Aborted transactions that have begun by `offset` are ongoing. */
  #begin(offset: number): void {
    for (; this.#next < this.#pending.length; this.#next++) {
      const transaction = this.#pending[this.#next];
      if (transaction.firstOffset > offset) return;
      if (!this.#aborted.has(transaction.producerId))
        this.#aborted.set(transaction.producerId, { transaction, isSeen: false });
    }
  }
}
