/**
 * Calls a handler with the records of a batch for as long as it returns no promise: a loop without awaits, since waiting for what is no promise
 * would cost each record a turn of the queue of promises, and an async function is no place for a loop that is to be quick.
 */
import { MillraceError } from '../errors.ts';
import type { LogRecord } from '../record/record.ts';
import type { Offset } from '../types.ts';
import type { PartitionReader } from './assigned-partition.ts';
import type { ConsumerBatch } from './consumer-batch.ts';
import { showPartition } from './topic-logs.ts';

/** May return a promise, which is waited for. The batch that the record is of tells topic and partition. */
export type RecordHandler = (record: LogRecord, batch: ConsumerBatch) => unknown;

/** Whose position moves with the records. */
export interface WalkedPartition {
  /** False when the records from `offset` on are not wanted any more. */
  moveWithin(batch: ConsumerBatch, offset: Offset): boolean;
}

/** How many records go by between two looks at the clock. */
const RECORDS_BETWEEN_LOOKS = 64;

export class RecordWalk {
  /** Of the record that was handed to the handler. */
  offset = 0;
  isDone = false;
  isWanted = true;
  readonly #reader: PartitionReader;
  readonly #partition: WalkedPartition;
  readonly #batch: ConsumerBatch;
  readonly #handler: RecordHandler;
  readonly #records: Iterator<LogRecord>;
  #count = 0;

  constructor(reader: PartitionReader, partition: WalkedPartition, batch: ConsumerBatch, handler: RecordHandler) {
    this.#reader = reader;
    this.#partition = partition;
    this.#batch = batch;
    this.#handler = handler;
    this.#records = batch[Symbol.iterator]();
  }

  /** Returns the promise that a handler has returned; null when all is done, not wanted any more, or others should have their turn. */
  go(): PromiseLike<unknown> | null {
    const handler = this.#handler;
    for (;;) {
      const next = this.#records.next();
      if (next.done === true) {
        this.isDone = true;
        return null;
      }
      const { offset } = next.value;
      this.offset = offset;
      let result;
      try {
        result = handler(next.value, this.#batch);
      } catch (error) {
        throw handlerFailed(this.#batch, offset, error);
      }
      if (isThenable(result)) return result;
      if (!this.pass()) return null;
      if (++this.#count % RECORDS_BETWEEN_LOOKS === 0 && this.#reader.share.isUsed) return null;
    }
  }

  /** The record was handled: the position moves past it. False when the others are not wanted any more. */
  pass(): boolean {
    this.isWanted = this.#partition.moveWithin(this.#batch, this.offset + 1) && !this.#reader.isOver;
    return this.isWanted;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}

/** What a handler has thrown, as the library's own error. */
export function handlerFailed(batch: ConsumerBatch, offset: number, cause: unknown): MillraceError {
  const what = cause instanceof Error ? cause.message : String(cause);
  const message = `the handler failed at offset ${offset} of ${showPartition(batch)}: ${what}`;
  return new MillraceError('ERR_MILLRACE_HANDLER', message, { cause });
}
