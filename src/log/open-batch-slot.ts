/**
 * The place of a log's one open batch: who moves the log's end empties it first.
 */
import { isMillraceError } from '../errors.ts';
import { BatchBuilder } from '../record/batch-builder.ts';
import { type BatchHost, type BatchOwner, OpenBatch } from './open-batch.ts';
import type { BatchPlan } from './open-batch-room.ts';
import type { Receipt } from './receipt.ts';
import type { SegmentList } from './segment-list.ts';

/** What the log does for its open batch. */
export interface OpenBatchLog {
  readonly segments: SegmentList;
  readonly isClosed: boolean;
  /** Begins a new segment at the log's end. */
  roll(): void;
  /** Checks that the log can be written, and makes the batch visible. */
  publish(batch: OpenBatch): Receipt;
  /** What is to be thrown for an error of the file: a disk that fails takes the directory offline. */
  judge(error: unknown): unknown;
}

export class OpenBatchSlot implements BatchHost {
  /** There is one open batch at most, so one builder serves all. */
  readonly builder = new BatchBuilder();
  readonly #log: OpenBatchLog;
  #batch: OpenBatch | null = null;

  constructor(log: OpenBatchLog) {
    this.#log = log;
  }

  get isEmpty(): boolean {
    return this.#batch === null;
  }

  get segments(): SegmentList {
    return this.#log.segments;
  }

  /** Opens a batch; the slot must be empty. */
  open(plan: BatchPlan, owner: BatchOwner): OpenBatch {
    this.#batch = new OpenBatch(this, plan, owner);
    return this.#batch;
  }

  checkIdle(): void {
    this.#batch?.checkIdle();
  }

  /** Seals the batch, or forgets one without a record. Throws when it could not be sealed and is open still. */
  clear(): void {
    const batch = this.#batch;
    if (batch === null) return;
    batch.checkIdle();
    try {
      if (batch.count > 0) this.seal();
      else this.#end(null);
    } catch (error) {
      // Its owner has been told; what comes after it need not fail for that.
      if (this.#batch !== null) throw error;
    }
  }

  /** Only a full disk and a passing fault of it leave the batch open: what else is wrong with it will be wrong next time. */
  seal(): Receipt {
    try {
      const receipt = this.#log.publish(this.#batch!);
      this.#end(receipt);
      return receipt;
    } catch (error) {
      const mayPass = isMillraceError(error, 'ERR_MILLRACE_NO_SPACE') || isMillraceError(error, 'ERR_MILLRACE_IO');
      if (!mayPass) this.drop(error as Error);
      throw error;
    }
  }

  /** Gives the batch up, if there is one. */
  drop(error: Error): void {
    if (this.#batch === null) return;
    if (!this.#log.isClosed) this.#batch.wipe();
    this.#end(error);
  }

  roll(): void {
    this.#log.roll();
  }

  judge(error: unknown): unknown {
    return this.#log.judge(error);
  }

  #end(outcome: Receipt | Error | null): void {
    const batch = this.#batch!;
    this.#batch = null;
    batch.end(outcome);
  }
}
