/**
 * Hands what a consumer reads to a caller's function: record by record, or batch by batch. In each partition one after another, whatever the
 * concurrency is. A handler that fails ends all of it, and the position stays at what it failed on.
 */
import { MillraceError } from '../errors.ts';
import type { LogRecord } from '../record/record.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerBatch } from './consumer-batch.ts';
import type { ConsumerRun } from './consumer-run.ts';
import { showPartition } from './topic-logs.ts';

/** May return a promise, which is waited for. The batch that the record is of tells topic and partition. */
export type RecordHandler = (record: LogRecord, batch: ConsumerBatch) => unknown;

/** May return a promise, which is waited for. */
export type BatchHandler = (batch: ConsumerBatch) => unknown;

/** How many records go by between two looks at the clock. */
const RECORDS_BETWEEN_LOOKS = 64;

/** Settles when the run is over and no handler runs any more. */
export async function handleAll(
  run: ConsumerRun,
  concurrency: number,
  handle: (run: ConsumerRun, partition: AssignedPartition, batch: ConsumerBatch) => Promise<void>,
): Promise<void> {
  const worker = async (): Promise<void> => {
    try {
      for (let partition = await run.take(); partition !== null; partition = await run.take()) {
        await handle(run, partition, partition.inHand!);
      }
    } catch (error) {
      run.fail(error);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  // Throws what the run has failed with, if it has.
  await run.take();
}

export function handlerOfBatches(handler: BatchHandler): Parameters<typeof handleAll>[2] {
  return async (run, partition, batch) => {
    try {
      await handler(batch);
    } catch (error) {
      throw failed(batch, batch.baseOffset, error);
    }
    run.release(partition);
  };
}

export function handlerOfRecords(handler: RecordHandler): Parameters<typeof handleAll>[2] {
  return async (run, partition, batch) => {
    const walk = new RecordWalk(run, partition, batch, handler);
    for (;;) {
      const pending = walk.go();
      if (pending !== null) {
        try {
          await pending;
        } catch (error) {
          throw failed(batch, walk.offset, error);
        }
        if (walk.pass()) continue;
      } else if (walk.isDone) return run.release(partition);
      else if (walk.isWanted) {
        await run.share.giveWay();
        if (walk.pass()) continue;
      }
      // Moved, paused, closed or aborted by the handler, or while it ran.
      return run.drop(partition);
    }
  };
}

/**
 * Calls a handler with the records of a batch for as long as it returns no promise: a loop without awaits, since waiting for what is no promise
 * would cost each record a turn of the queue of promises, and an async function is no place for a loop that is to be quick.
 */
class RecordWalk {
  /** Of the record that was handed to the handler. */
  offset = 0;
  isDone = false;
  isWanted = true;
  readonly #run: ConsumerRun;
  readonly #partition: AssignedPartition;
  readonly #batch: ConsumerBatch;
  readonly #handler: RecordHandler;
  readonly #records: Iterator<LogRecord>;
  #count = 0;

  constructor(run: ConsumerRun, partition: AssignedPartition, batch: ConsumerBatch, handler: RecordHandler) {
    this.#run = run;
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
        throw failed(this.#batch, offset, error);
      }
      if (isThenable(result)) return result;
      if (!this.pass()) return null;
      if (++this.#count % RECORDS_BETWEEN_LOOKS === 0 && this.#run.share.isUsed) return null;
    }
  }

  /** The record was handled: the position moves past it. False when the others are not wanted any more. */
  pass(): boolean {
    this.isWanted = this.#partition.moveWithin(this.#batch, this.offset + 1) && !this.#run.isOver;
    return this.isWanted;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function';
}

function failed(batch: ConsumerBatch, offset: number, cause: unknown): MillraceError {
  const what = cause instanceof Error ? cause.message : String(cause);
  const message = `the handler failed at offset ${offset} of ${showPartition(batch)}: ${what}`;
  return new MillraceError('ERR_MILLRACE_HANDLER', message, { cause });
}
