/**
 * One `send` on its way: the promise that it returned, and how many of its records have no answer yet.
 *
 * The promise rejects with the first record's failure; what becomes of the others is only counted.
 */
import type { Offset, Timestamp } from '../types.ts';
import type { FlushGeneration } from './flush-generations.ts';
import type { ProducerRecord } from './partitioner.ts';

/** Where a record is. With `acks: 0` the offset is -1: nobody waited to be told. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
  /** The record's own, or the time when it was added to its batch; under LogAppendTime the time when that became visible. */
  readonly timestamp: Timestamp;
}

export type SendResult = RecordMetadata | RecordMetadata[];

/** A send of many that is given to its lanes. */
export interface ArraySend {
  readonly records: readonly ProducerRecord[];
  /** The most bytes that each takes. */
  readonly sizes: readonly number[];
  readonly delivery: Delivery;
  readonly now: Timestamp;
}

type Resolve = (result: SendResult) => void;
type Reject = (error: unknown) => void;

let lastResolve: Resolve;
let lastReject: Reject;
/** One function for all promises, rather than a closure for each. */
function capture(resolve: Resolve, reject: Reject): void {
  lastResolve = resolve;
  lastReject = reject;
}

export class Delivery {
  readonly promise: Promise<SendResult>;
  readonly #resolve: Resolve;
  readonly #reject: Reject;
  /** Of a send of an array, filled by index; null for one record. */
  readonly #results: RecordMetadata[] | null;
  readonly generation: FlushGeneration;
  /** Bytes that it was admitted with. */
  readonly size: number;
  /** It does not wait for room (any more). */
  isAdmitted = false;
  /** Records whose place the promise waits for. */
  #unplaced: number;
  /** Records of which it is not known what became of them. */
  #open: number;
  /** A record stands in a batch: the send cannot be taken back any more. */
  #isEncoded = false;
  #isSettled = false;
  #isCancelled = false;
  #unlisten: (() => void) | null = null;

  /** `count` is null for a send of one record that is no array. */
  constructor(generation: FlushGeneration, count: number | null, size: number) {
    this.promise = new Promise(capture);
    this.#resolve = lastResolve;
    this.#reject = lastReject;
    this.generation = generation;
    this.size = size;
    this.#unplaced = count ?? 1;
    this.#open = count ?? 1;
    this.#results = count === null ? null : [];
  }

  /** It was taken back: its records are not to be encoded. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  get canBeCancelled(): boolean {
    return !this.#isEncoded && !this.#isSettled;
  }

  /** Calls `abort` when the signal is aborted, as long as the send can be taken back. */
  listen(signal: AbortSignal, abort: () => void): void {
    if (!this.canBeCancelled) return;
    signal.addEventListener('abort', abort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', abort);
  }

  /** One of its records stands in a batch. */
  encoded(): void {
    this.#isEncoded = true;
    if (this.#unlisten !== null) this.#deafen();
  }

  /** The place of records[index] is known; the promise resolves with the last one. */
  place(index: number, metadata: RecordMetadata): void {
    if (this.#results !== null) this.#results[index] = metadata;
    if (--this.#unplaced > 0 || this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(this.#results ?? metadata);
  }

  reject(error: unknown): void {
    if (this.#unlisten !== null) this.#deafen();
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#reject(error);
  }

  /** It is known what became of one more record; true when that was the last one. */
  close(): boolean {
    return --this.#open === 0;
  }

  cancel(error: unknown): void {
    this.#isCancelled = true;
    this.#open = 0;
    this.reject(error);
  }

  #deafen(): void {
    this.#unlisten?.();
    this.#unlisten = null;
  }
}
