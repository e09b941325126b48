/**
 * The transaction index of a segment: its aborted transactions, for readers of committed records. 34 bytes an entry.
 *
 *     0         2            10             18            26                   34
 *     | version | producerId | first offset | last offset | last stable offset |     int16 = 0, then four int64
 *
 * Last offset is that of the abort marker; last stable offset is the one when the transaction ended. Entries are in the order of
 * their last offset. (org.apache.kafka.storage.internals.log.AbortedTxn, TransactionIndex.)
 */
import { MillraceError } from '../errors.ts';
import type { LogFile } from '../file/file-system.ts';

export const TRANSACTION_ENTRY_SIZE = 34;
const VERSION = 0;

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

/** The index of a segment that grows: in memory, and in its file as far as `persist` has brought it. */
export class TransactionIndex {
  readonly #entries: AbortedTransaction[];
  #persisted: number;

  /** `persisted`: how many of the entries the file has. */
  constructor(entries: readonly AbortedTransaction[], persisted: number) {
    this.#entries = [...entries];
    this.#persisted = persisted;
  }

  get entries(): readonly AbortedTransaction[] {
    return this.#entries;
  }

  /** Entries that the file does not have yet. */
  get unpersisted(): number {
    return this.#entries.length - this.#persisted;
  }

  add(transaction: AbortedTransaction): void {
    this.#entries.push(transaction);
  }

  persist(file: LogFile): void {
    const bytes = encodeTransactionIndex(this.#entries.slice(this.#persisted));
    file.write(bytes, 0, bytes.length, this.#persisted * TRANSACTION_ENTRY_SIZE);
    this.#persisted = this.#entries.length;
  }
}

/** The entries as the file has them. */
export function encodeTransactionIndex(transactions: readonly AbortedTransaction[]): Uint8Array {
  const bytes = new Uint8Array(transactions.length * TRANSACTION_ENTRY_SIZE);
  const view = new DataView(bytes.buffer);
  transactions.forEach((transaction, i) => {
    const at = i * TRANSACTION_ENTRY_SIZE;
    view.setInt16(at, VERSION);
    view.setBigInt64(at + 2, BigInt(transaction.producerId));
    view.setBigInt64(at + 10, BigInt(transaction.firstOffset));
    view.setBigInt64(at + 18, BigInt(transaction.lastOffset));
    view.setBigInt64(at + 26, BigInt(transaction.lastStableOffset));
  });
  return bytes;
}

/** Reads the whole index of `path`; throws ERR_MILLRACE_CORRUPT where an entry cannot be one of a segment from `baseOffset` on. */
export function decodeTransactionIndex(bytes: Uint8Array, path: string, baseOffset: number): AbortedTransaction[] {
  const corrupt = (position: number, found: string): MillraceError =>
    new MillraceError('ERR_MILLRACE_CORRUPT', `transaction index ${path} ${found} at ${position}`, { path, position });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const transactions: AbortedTransaction[] = [];
  let before = -1;
  for (let at = 0; at < bytes.length; at += TRANSACTION_ENTRY_SIZE) {
    if (at + TRANSACTION_ENTRY_SIZE > bytes.length) throw corrupt(at, `ends inside an entry`);
    const version = view.getInt16(at);
    if (version !== VERSION) throw corrupt(at, `has version ${version}, expected ${VERSION}`);
    const transaction = {
      producerId: Number(view.getBigInt64(at + 2)),
      firstOffset: Number(view.getBigInt64(at + 10)),
      lastOffset: Number(view.getBigInt64(at + 18)),
      lastStableOffset: Number(view.getBigInt64(at + 26)),
    };
    const { firstOffset, lastOffset, lastStableOffset } = transaction;
    // A marker stands behind the records that it ends, and behind the marker before it: bytes that never reached the disk, zeros, are no entry.
    if (lastOffset < baseOffset || firstOffset < 0 || firstOffset >= lastOffset || lastOffset <= before) {
      throw corrupt(at, `has offsets ${firstOffset} to ${lastOffset}`);
    }
    if (lastStableOffset < 0 || lastStableOffset > lastOffset + 1)
      throw corrupt(at, `has a last stable offset of ${lastStableOffset} for a marker at ${lastOffset}`);
    before = lastOffset;
    transactions.push(transaction);
  }
  return transactions;
}

export interface AbortedSearch {
  readonly transactions: readonly AbortedTransaction[];
  /** The next segment's index need not be looked at. */
  readonly complete: boolean;
}

/** The aborted transactions that a reader of [from, to) must know of. (`TransactionIndex.collectAbortedTxns`.) */
export function collectAborted(all: readonly AbortedTransaction[], from: number, to: number): AbortedSearch {
  const transactions: AbortedTransaction[] = [];
  for (const transaction of all) {
    if (transaction.lastOffset >= from && transaction.firstOffset < to) transactions.push(transaction);
    if (transaction.lastStableOffset >= to) return { transactions, complete: true };
  }
  return { transactions, complete: false };
}
