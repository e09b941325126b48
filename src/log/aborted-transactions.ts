/**
 * The aborted transactions of a log, segment by segment: found for readers, and made again from the log where an index is not right.
 */
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import {
  type AbortedTransaction,
  collectAborted,
  encodeTransactionIndex,
  TransactionIndex,
} from '../index/transaction-index.ts';
import { segmentFile, TRANSACTION_INDEX_SUFFIX } from '../segment/segment-files.ts';
import type { Offset } from '../types.ts';
import { listLog } from './log-directory.ts';
import { loadStates, replayProducers } from './producer-loading.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import type { SegmentList } from './segment-list.ts';

/** Those that a reader of [from, to) must know of, and perhaps some that it need not. (`LocalLog.collectAbortedTransactions`.) */
export function abortedBetween(segments: SegmentList, from: Offset, to: Offset): AbortedTransaction[] {
  const found: AbortedTransaction[] = [];
  for (let slot = segments.slotOf(from); slot < segments.count; slot++) {
    const all = abortedIn(segments, slot);
    if (all.length === 0) continue;
    const { transactions, complete } = collectAborted(all, from, to);
    found.push(...transactions);
    if (complete) break;
  }
  return found;
}

/** Those whose markers are in one segment. */
export function abortedIn(segments: SegmentList, slot: number): readonly AbortedTransaction[] {
  const { transactions } = segments.all[slot];
  try {
    return transactions.all;
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
    const found = rebuild(segments, slot);
    transactions.keep(new TransactionIndex(found, 0));
    return found;
  }
}

/** Puts the whole index of a segment in place, synced unless that is put off; no entries, no file. */
export function writeTransactionIndex(
  system: FileSystem,
  directory: string,
  baseOffset: Offset,
  transactions: readonly AbortedTransaction[],
  sync: boolean,
): void {
  const path = segmentFile(directory, baseOffset, TRANSACTION_INDEX_SUFFIX);
  const bytes = encodeTransactionIndex(transactions);
  // A longer one is mapped, perhaps, by a reader in another process, who must not find pages gone.
  if (system.sizeOf(path) > bytes.length) system.remove(path);
  if (bytes.length === 0) return;
  const file = system.open(path, 'a+');
  try {
    file.write(bytes, 0, bytes.length, 0);
    file.truncate(bytes.length);
    if (sync) file.sync();
  } finally {
    file.close();
  }
}

function rebuild(segments: SegmentList, slot: number): AbortedTransaction[] {
  const { environment, directory } = segments;
  const segment = segments.all[slot];
  const snapshots = new ProducerSnapshots(
    environment.system,
    directory,
    listLog(environment.system, directory).snapshots,
  );
  // A producer with an open transaction does not expire.
  const states = loadStates(segments, snapshots, segment.baseOffset, { now: 0, expirationMs: Infinity });
  const found: AbortedTransaction[] = [];
  const to = segments.all[slot + 1]?.baseOffset ?? Infinity;
  replayProducers(segments, {
    states,
    from: segment.baseOffset,
    to,
    onAborted: (_segment, transaction) => found.push(transaction),
  });
  return found;
}
