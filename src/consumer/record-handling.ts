/**
 * Hands what a consumer reads to a caller's function: record by record, or batch by batch. In each partition one after another, whatever the
 * concurrency is. A handler that fails ends all of it, and the position stays at what it failed on.
 */
import type { AssignedPartition } from './assigned-partition.ts';
import type { ConsumerBatch } from './consumer-batch.ts';
import type { ConsumerRun } from './consumer-run.ts';
import { handlerFailed, type RecordHandler, RecordWalk } from './record-walk.ts';

/** May return a promise, which is waited for. */
export type BatchHandler = (batch: ConsumerBatch) => unknown;

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
      throw handlerFailed(batch, batch.baseOffset, error);
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
          throw handlerFailed(batch, walk.offset, error);
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
