/** Which batches of transactions a reader of committed records is shown: those that no aborted transaction has. */
import type { AbortedTransaction } from '../index/transaction-index.ts';
import type { Judge } from './batch-survey.ts';

/** For batches below the last stable offset, of which `aborted` has all aborted transactions. Null where every one is shown. */
export function committedOnly(aborted: readonly AbortedTransaction[]): Judge | null {
  if (aborted.length === 0) return null;
  const byProducer = new Map<number, AbortedTransaction[]>();
  for (const transaction of aborted) {
    const known = byProducer.get(transaction.producerId);
    if (known === undefined) byProducer.set(transaction.producerId, [transaction]);
    else known.push(transaction);
  }
  return ({ producerId, baseOffset }) => {
    const transactions = byProducer.get(producerId);
    if (transactions === undefined) return true;
    // The last offset is that of the marker, and the next transaction begins behind it.
    return !transactions.some(({ firstOffset, lastOffset }) => firstOffset <= baseOffset && baseOffset < lastOffset);
  };
}
