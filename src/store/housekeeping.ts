/**
 * What a store does now and then: makes its logs durable with their indexes, and writes up to where each needs no recovery; and removes what is too
 * old (retention.ts). One after the other, since both write where logs start.
 *
 * The order is what counts: first the logs, then the checkpoint files that speak of them. Logs are taken in groups, so that one round of the
 * flusher covers many and the descriptors stay bounded. The event loop has its turn after a few, and the disk is waited for on another thread.
 */
import { setImmediate } from 'node:timers/promises';
import { CHECKPOINT_LOGS_A_TURN, LOGS_AT_ONCE, RETENTION_FIRST_CHECK_MS } from '../limits.ts';
import { Retention } from './retention.ts';
import { type StoreEnvironment, writingAside } from './store-environment.ts';
import type { Partition } from './topic.ts';

export interface HousekeepingIntervals {
  readonly checkpointIntervalMs: number;
  readonly retentionCheckIntervalMs: number;
}

export class Housekeeping {
  readonly retention: Retention;
  readonly #environment: StoreEnvironment;
  readonly #partitions: () => Iterable<Partition>;
  readonly #intervals: HousekeepingIntervals;
  #running: Promise<void> = Promise.resolve();
  readonly #cancel = { checkpoint: (): void => undefined, retain: (): void => undefined };
  #stopped = false;

  /** `partitions` gives all of the store. */
  constructor(environment: StoreEnvironment, partitions: () => Iterable<Partition>, intervals: HousekeepingIntervals) {
    this.#environment = environment;
    this.#partitions = partitions;
    this.#intervals = intervals;
    this.retention = new Retention(environment, partitions);
  }

  start(): void {
    const { retentionCheckIntervalMs } = this.#intervals;
    this.#schedule('checkpoint', this.#intervals.checkpointIntervalMs);
    this.#schedule('retain', Math.min(retentionCheckIntervalMs, RETENTION_FIRST_CHECK_MS));
  }

  /** Makes everything durable and writes the checkpoints; one after another when asked for at once. */
  async checkpoint(): Promise<void> {
    return this.#next(() => this.#checkpoint());
  }

  /** Removes what is too old. */
  async retain(): Promise<void> {
    return this.#next(() => this.retention.check());
  }

  /** Nothing further of its own accord; settles when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel.checkpoint();
    this.#cancel.retain();
    this.retention.stop();
    // Its failure was told to those who asked for it.
    await this.#running.catch(() => undefined);
  }

  async #next(work: () => Promise<void>): Promise<void> {
    const before = this.#running;
    this.#running = (async () => {
      // Its failure was told to those who asked for it.
      await before.catch(() => undefined);
      await work();
    })();
    return this.#running;
  }

  #schedule(what: 'checkpoint' | 'retain', delayMs: number): void {
    this.#cancel[what] = this.#environment.clock.schedule(delayMs, () => void this.#regularly(what));
  }

  async #regularly(what: 'checkpoint' | 'retain'): Promise<void> {
    const { logger, health } = this.#environment;
    try {
      await this[what]();
    } catch (error) {
      const told = {
        checkpoint: 'a checkpoint failed; recovery after a crash will take longer',
        retain: 'old segments were not all removed; the next check tries again',
      };
      logger.warn?.({ err: error }, told[what]);
    }
    if (this.#stopped || health.failure !== null) return;
    const { checkpointIntervalMs, retentionCheckIntervalMs } = this.#intervals;
    this.#schedule(what, what === 'checkpoint' ? checkpointIntervalMs : retentionCheckIntervalMs);
  }

  async #checkpoint(): Promise<void> {
    const dirty: Partition[] = [];
    for (const partition of this.#partitions()) {
      if (partition.log?.isClosed === false) partition.log.expireProducers();
      if (this.#isDirty(partition)) dirty.push(partition);
    }
    let failure: unknown = null;
    for (let i = 0; i < dirty.length; i += LOGS_AT_ONCE)
      failure ??= await this.#checkpointLogs(dirty.slice(i, i + LOGS_AT_ONCE));
    const { recoveryPoints, startOffsets, flushThread } = this.#environment;
    await writingAside(this.#environment, () => recoveryPoints.writeAside(flushThread));
    await writingAside(this.#environment, () => startOffsets.writeAside(flushThread));
    if (failure !== null) throw failure as Error;
  }

  /** The first failure of any of them, or null. */
  async #checkpointLogs(group: readonly Partition[]): Promise<unknown> {
    let failure: unknown = null;
    const running: Promise<void>[] = [];
    for (const partition of group) {
      running.push(this.#checkpointLog(partition).catch((error: unknown) => void (failure ??= error)));
      if (running.length % CHECKPOINT_LOGS_A_TURN === 0) await setImmediate();
    }
    await Promise.all(running);
    return failure;
  }

  #isDirty({ topic, index, log }: Partition): boolean {
    if (log === null || log.isClosed) return false;
    const { recoveryPoints, startOffsets } = this.#environment;
    return (
      log.endOffset !== recoveryPoints.get(topic.name, index) || log.startOffset !== startOffsets.get(topic.name, index)
    );
  }

  async #checkpointLog(partition: Partition): Promise<void> {
    const { topic, index, log } = partition;
    if (log === null || log.isClosed) return;
    const { startOffset } = log;
    let checkpointed: number;
    try {
      checkpointed = await log.checkpoint();
    } catch (error) {
      // Deleted meanwhile: there is nothing left to checkpoint.
      if (log.isClosed) return;
      throw error;
    }
    if (log.isClosed) return;
    const { recoveryPoints, startOffsets } = this.#environment;
    // Asked now: a cut may have lowered it since.
    const recoveryPoint = Math.min(checkpointed, log.durableOffset);
    recoveryPoints.set(topic.name, index, recoveryPoint);
    // What was written meanwhile, because records were deleted, is durable and stays.
    const written = startOffsets.get(topic.name, index);
    if (written > log.startOffset || written < startOffset)
      startOffsets.set(topic.name, index, Math.min(startOffset, log.startOffset, recoveryPoint));
  }
}
