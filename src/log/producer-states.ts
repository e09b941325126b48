/**
 * What a log knows of all its producers, and with that which of its transactions are open: the states behind a `.snapshot`.
 *
 * A state machine without I/O and without a clock: time is handed in. Nobody asks before a write and finds it changed after one that failed: `check`
 * changes nothing, and `append` and `end` are for what stands in the log. Producers outlive their records, and are forgotten when they have not
 * written for long and have no transaction open. (ProducerStateManager.)
 */
import { MillraceError } from '../errors.ts';
import type { AbortedTransaction } from '../index/transaction-index.ts';
import type { Offset, Timestamp } from '../types.ts';
import type { ProducerEntry } from './producer-snapshot.ts';
import {
  type FirstAppend,
  NO_OFFSET,
  type ProducedBatch,
  ProducerState,
  type TransactionEnd,
} from './producer-state.ts';

/** A transaction that has begun in this log and has no marker yet. */
export interface OpenTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstOffset: Offset;
  /** Of what its producer wrote last. */
  readonly lastTimestamp: Timestamp;
}

export class ProducerStates {
  readonly #states = new Map<number, ProducerState>();
  /** Producers of the open transactions by first offset, in its order: a transaction begins at the log's end. */
  readonly #open = new Map<Offset, number>();
  /** First offsets of transactions that have ended at or past the high watermark, and where. */
  readonly #unreplicated = new Map<Offset, Offset>();
  #firstUnstable: Offset = NO_OFFSET;
  #latest: ProducerState | null = null;

  /** Of a snapshot's entries, but for those that have expired by `now`. */
  static of(entries: readonly ProducerEntry[], now: Timestamp, expirationMs: number): ProducerStates {
    const states = new ProducerStates();
    for (const entry of entries) {
      const state = stateOf(entry);
      if (!isExpired(state, now, expirationMs)) states.#states.set(state.producerId, state);
    }
    const open = [...states.#states.values()].filter((state) => state.isInTransaction);
    open.sort((a, b) => a.transactionFirstOffset - b.transactionFirstOffset);
    for (const state of open) states.#open.set(state.transactionFirstOffset, state.producerId);
    states.#look();
    return states;
  }

  get count(): number {
    return this.#states.size;
  }

  get(producerId: number): ProducerState | null {
    return this.#find(producerId);
  }

  [Symbol.iterator](): Iterator<ProducerState> {
    return this.#states.values();
  }

  /** Where the earliest transaction began whose end is not known for sure; -1 when there is none. */
  get firstUnstableOffset(): Offset {
    return this.#firstUnstable;
  }

  /** In the order of their first offsets. */
  get openTransactions(): OpenTransaction[] {
    return Array.from(this.#open, ([firstOffset, producerId]) => {
      const { producerEpoch, lastTimestamp } = this.#states.get(producerId)!;
      return { producerId, producerEpoch, firstOffset, lastTimestamp };
    });
  }

  /** What is to be told of a batch that came before; null for one that may be appended. Throws for one that may not. */
  check(batch: ProducedBatch): FirstAppend | null {
    const state = this.#find(batch.producerId);
    if (state === null || state.isNext(batch)) return null;
    const first = state.firstAppendOf(batch);
    if (first === null) state.check(batch);
    return first;
  }

  /**
   * As `check`, for what is to be appended together: each is judged as if those before it stood in the log. All of it may come again, and nothing less.
   */
  checkAll(all: readonly (ProducedBatch | TransactionEnd)[]): FirstAppend | null {
    const trials = new Map<number, ProducerState>();
    const again: FirstAppend[] = [];
    for (const each of all) {
      const known = this.#states.get(each.producerId);
      const first = 'offset' in each ? null : (known?.firstAppendOf(each) ?? null);
      if (first !== null) {
        again.push(first);
        continue;
      }
      const trial = trials.get(each.producerId) ?? known?.copy() ?? new ProducerState(each.producerId);
      trials.set(each.producerId, trial);
      if ('offset' in each) {
        trial.checkEnd(each);
        trial.end(each);
      } else {
        trial.check(each);
        trial.append(each);
      }
    }
    if (again.length === 0) return null;
    if (again.length < all.length) throw partlyAgain();
    return { ...again[0], lastOffset: again[again.length - 1].lastOffset };
  }

  checkEnd(end: TransactionEnd): void {
    this.#find(end.producerId)?.checkEnd(end);
  }

  /** Takes in a batch that stands in the log, at `now` where the log is open. */
  append(batch: ProducedBatch, now: Timestamp): void {
    const state = this.#findOrAdd(batch.producerId);
    state.seenAt = now;
    if (!state.append(batch)) return;
    this.#open.set(batch.baseOffset, batch.producerId);
    if (this.#firstUnstable === NO_OFFSET) this.#firstUnstable = batch.baseOffset;
  }

  /**
   * Takes in a marker that stands in the log. Returns what the transaction index must have of it: null when it commits, or ends nothing. What ends at or past `highWatermark`
   * stays unstable until `replicated` says otherwise.
   */
  end(end: TransactionEnd, now: Timestamp, highWatermark: Offset = Infinity): AbortedTransaction | null {
    const { producerId, offset, type } = end;
    const state = this.#findOrAdd(producerId);
    state.seenAt = now;
    const firstOffset = state.end(end);
    if (firstOffset === NO_OFFSET) return null;
    this.#open.delete(firstOffset);
    if (offset >= highWatermark) this.#unreplicated.set(firstOffset, offset);
    this.#look();
    if (type === 'commit') return null;
    const [next = offset + 1] = this.#open.keys();
    return { producerId, firstOffset, lastOffset: offset, lastStableOffset: next };
  }

  /** Everything below `highWatermark` is decided, and stays. */
  replicated(highWatermark: Offset): void {
    if (this.#unreplicated.size === 0) return;
    for (const [firstOffset, offset] of this.#unreplicated) {
      if (offset < highWatermark) this.#unreplicated.delete(firstOffset);
    }
    this.#look();
  }

  /** After a cut to `endOffset`: what ended before it, by markers that stay, is still not replicated. */
  keepUnreplicated(before: ProducerStates, endOffset: Offset): void {
    for (const [firstOffset, offset] of before.#unreplicated) {
      if (offset < endOffset) this.#unreplicated.set(firstOffset, offset);
    }
    this.#look();
  }

  /** Forgets the producers that have not written for `expirationMs` and have no transaction open. */
  expire(now: Timestamp, expirationMs: number): void {
    for (const state of this.#states.values()) {
      if (!isExpired(state, now, expirationMs)) continue;
      this.#states.delete(state.producerId);
      if (this.#latest === state) this.#latest = null;
    }
  }

  /** As a snapshot has them. */
  entries(): ProducerEntry[] {
    return Array.from(this.#states.values(), (state) => ({
      producerId: state.producerId,
      producerEpoch: state.producerEpoch,
      lastSequence: state.lastSequence,
      lastOffset: state.lastOffset,
      offsetDelta: state.lastOffsetDelta,
      lastTimestamp: state.lastTimestamp,
      coordinatorEpoch: state.coordinatorEpoch,
      currentTransactionFirstOffset: state.transactionFirstOffset,
    }));
  }

  /** Usually the one that was asked for last. */
  #find(producerId: number): ProducerState | null {
    if (this.#latest?.producerId === producerId) return this.#latest;
    const state = this.#states.get(producerId);
    if (state === undefined) return null;
    this.#latest = state;
    return state;
  }

  #findOrAdd(producerId: number): ProducerState {
    const known = this.#find(producerId);
    if (known !== null) return known;
    const state = new ProducerState(producerId);
    this.#states.set(producerId, state);
    this.#latest = state;
    return state;
  }

  #look(): void {
    let [first = NO_OFFSET] = this.#open.keys();
    for (const offset of this.#unreplicated.keys()) if (first === NO_OFFSET || offset < first) first = offset;
    this.#firstUnstable = first;
  }
}

function stateOf(entry: ProducerEntry): ProducerState {
  const state = new ProducerState(entry.producerId);
  state.producerEpoch = entry.producerEpoch;
  state.coordinatorEpoch = entry.coordinatorEpoch;
  state.lastTimestamp = entry.lastTimestamp;
  state.transactionFirstOffset =
    entry.currentTransactionFirstOffset < 0 ? NO_OFFSET : entry.currentTransactionFirstOffset;
  if (entry.lastOffset >= 0)
    state.remember(entry.lastSequence, entry.lastOffset, entry.offsetDelta, entry.lastTimestamp);
  return state;
}

export function partlyAgain(): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE',
    'a part of the batches was appended before, and a part was not: append them one by one',
  );
}

/** Records may be older than their append: what was appended while the log was open counts from then. (Kafka goes by the records alone.) */
function isExpired(state: ProducerState, now: Timestamp, expirationMs: number): boolean {
  return !state.isInTransaction && now - Math.max(state.lastTimestamp, state.seenAt) >= expirationMs;
}
