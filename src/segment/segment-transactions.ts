/**
 * The aborted transactions of one segment: in its `.txnindex`, or in memory while the segment is written.
 *
 * What a writer adds reaches the file when the other indexes do: at checkpoints, at a roll and at close. Most segments have none, and then no file.
 */
import { WholeFile } from '../file/whole-file.ts';
import { type AbortedTransaction, decodeTransactionIndex, TransactionIndex } from '../index/transaction-index.ts';
import type { SegmentEnvironment } from './segment.ts';

const NONE: readonly AbortedTransaction[] = [];

export class SegmentTransactions {
  readonly #environment: SegmentEnvironment;
  readonly #path: string;
  readonly #baseOffset: number;
  #file: WholeFile<readonly AbortedTransaction[]> | null = null;
  #growing: TransactionIndex | null = null;
  /** It was looked for, and there is none. */
  #hasNoFile = false;

  constructor(environment: SegmentEnvironment, path: string, baseOffset: number) {
    this.#environment = environment;
    this.#path = path;
    this.#baseOffset = baseOffset;
  }

  /** In the order of their markers. ERR_MILLRACE_CORRUPT when the file is no index of the segment. */
  get all(): readonly AbortedTransaction[] {
    if (this.#growing !== null) return this.#growing.entries;
    if (this.#hasNoFile) return NONE;
    const { system, cache } = this.#environment;
    if (system.sizeOf(this.#path) <= 0) {
      this.#hasNoFile = true;
      return NONE;
    }
    this.#file ??= new WholeFile(this.#path);
    return cache.whole(this.#file, (bytes) => decodeTransactionIndex(bytes, this.#path, this.#baseOffset));
  }

  /** In memory; null when nothing was added to what the file has. */
  get growing(): TransactionIndex | null {
    return this.#growing;
  }

  add(transaction: AbortedTransaction): void {
    const index = this.#growing ?? new TransactionIndex(this.all, this.all.length);
    index.add(transaction);
    this.keep(index);
  }

  /** They are these from here on. */
  keep(index: TransactionIndex): void {
    this.forget();
    this.#growing = index;
  }

  /** They are in the file from here on. */
  leave(): void {
    this.#growing = null;
    this.#hasNoFile = false;
  }

  /** The file is gone or is replaced. */
  forget(): void {
    if (this.#file !== null) this.#environment.cache.forgetWhole(this.#file);
  }
}
