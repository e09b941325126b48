/**
 * The states of a transactional id, with the numbers and names that Kafka gives them, and which may follow which (TransactionState).
 *
 *     Empty -> Ongoing -> PrepareCommit -> CompleteCommit -> Ongoing, Empty …
 *                      -> PrepareAbort  -> CompleteAbort  -> Ongoing, Empty …
 *     Empty, CompleteCommit, CompleteAbort -> PrepareAbort   an abort of nothing, which a producer asks for that lost track (KIP-890)
 *     Empty, CompleteCommit, CompleteAbort -> Dead           the id has expired
 *
 * PrepareEpochFence is the moment in which a coordinator has chosen a new epoch and not yet written the abort that carries it. It is never
 * written, and here, where nothing happens in between, never seen; it has its number all the same.
 */

/** In the order of their numbers. */
export const transactionStates = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

export type TransactionState = (typeof transactionStates)[number];

const before: Record<TransactionState, readonly TransactionState[]> = {
  Empty: ['Empty', 'CompleteCommit', 'CompleteAbort'],
  Ongoing: ['Ongoing', 'Empty', 'CompleteCommit', 'CompleteAbort'],
  PrepareCommit: ['Ongoing'],
  PrepareAbort: ['Ongoing', 'PrepareEpochFence', 'Empty', 'CompleteCommit', 'CompleteAbort'],
  CompleteCommit: ['PrepareCommit'],
  CompleteAbort: ['PrepareAbort'],
  Dead: ['Empty', 'CompleteAbort', 'CompleteCommit'],
  PrepareEpochFence: ['Ongoing'],
};

export function mayFollow(state: TransactionState, next: TransactionState): boolean {
  return before[next].includes(state);
}

/** Decided, with markers to be written. */
export function isPrepared(state: TransactionState): state is 'PrepareCommit' | 'PrepareAbort' {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}

/** Nothing is open: a producer may begin, and an id that nobody uses may expire. */
export function isIdle(state: TransactionState): state is 'Empty' | 'CompleteCommit' | 'CompleteAbort' {
  return state === 'Empty' || state === 'CompleteCommit' || state === 'CompleteAbort';
}
