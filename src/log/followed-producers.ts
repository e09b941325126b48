/**
 * The transactions of a log that another process writes: known when somebody asks for them, and followed from then on.
 *
 * The writer's snapshots and indexes are believed up to the newest snapshot, behind which the batches tell: the writer leaves it after the indexes of what lies before
 * it. Of the producers only those with an open transaction are kept.
 */
import type { FileSystem } from '../file/file-system.ts';
import { TransactionIndex } from '../index/transaction-index.ts';
import type { Offset } from '../types.ts';
import { abortedIn } from './aborted-transactions.ts';
import { listLog } from './log-directory.ts';
import { replayProducers } from './producer-loading.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerStates } from './producer-states.ts';
import type { SegmentList } from './segment-list.ts';

export class FollowedProducers {
  readonly #segments: SegmentList;
  #states: ProducerStates | null = null;
  #end: Offset;

  /** Of the log's `segments`, whose end is known to be `endOffset`. */
  constructor(system: FileSystem, segments: SegmentList, endOffset: Offset) {
    this.#segments = segments;
    this.#end = endOffset;
    const { snapshots: offsets, hasTransactionIndex } = listLog(system, segments.directory);
    const { first } = segments;
    const snapshots = new ProducerSnapshots(system, segments.directory, offsets);
    if (!snapshots.isEmpty || hasTransactionIndex) {
      const { offset, entries } = snapshots.newest(first.baseOffset, endOffset) ?? {
        offset: first.baseOffset,
        entries: [],
      };
      this.#states = ProducerStates.of(entries, 0, Infinity);
      this.#end = offset;
    }
    const slot = segments.slotOf(this.#end);
    const before = abortedIn(segments, slot).filter(({ lastOffset }) => lastOffset < this.#end);
    segments.all[slot].transactions.keep(new TransactionIndex(before, 0));
  }

  /** The open transactions at the log's end. */
  upTo(endOffset: Offset): ProducerStates | null {
    if (endOffset <= this.#end) return this.#states;
    const { all, count } = this.#segments;
    for (let slot = this.#segments.slotOf(this.#end); slot < count; slot++) {
      const { transactions } = all[slot];
      if (transactions.growing === null) transactions.keep(new TransactionIndex([], 0));
    }
    this.#states = replayProducers(this.#segments, {
      states: this.#states,
      from: this.#end,
      to: endOffset,
      onAborted: (segment, transaction) => segment.transactions.add(transaction),
    });
    // All others.
    this.#states?.expire(Infinity, 0);
    this.#end = endOffset;
    return this.#states;
  }
}
