/**
 * What a store does now and then: makes its logs durable with their indexes, and writes up to where each needs no recovery.
 *
 * The order is what counts: first the logs, then the checkpoint files that speak of them. Logs are taken in groups, so that one round of the
 * flusher covers many and the descriptors stay bounded.
 */
import { LOGS_AT_ONCE } from '../limits.ts';
import { type StoreEnvironment, writing } from './store-environment.ts';
import type { Partition } from './topic.ts';

export class Housekeeping {
  readonly #environment: StoreEnvironment;
  readonly #partitions: () => Iterable<Partition>;
  readonly #intervalMs: number;
  #running: Promise<void> = Promise.resolve();
  #cancel: (() => void) | null = null;
  #stopped = false;

  /** `partitions` gives those that may have an open log. */
  constructor(environment: StoreEnvironment, partitions: () => Iterable<Partition>, intervalMs: number) {
    this.#environment = environment;
    this.#partitions = partitions;
    this.#intervalMs = intervalMs;
  }

  start(): void {
    this.#cancel = this.#environment.clock.schedule(this.#intervalMs, () => {
      void this.#regularly();
    });
  }

  /** Makes everything durable and writes the checkpoints; one after another when asked for at once. */
  async checkpoint(): Promise<void> {
    const before = this.#running;
    this.#running = (async () => {
      // Its failure was told to those who asked for it.
      await before.catch(() => undefined);
      await this.#checkpoint();
    })();
    return this.#running;
  }

  /** No further checkpoint of its own accord; settles when the running one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    // Its failure was told to those who asked for it.
    await this.#running.catch(() => undefined);
  }

  async #regularly(): Promise<void> {
    try {
      await this.checkpoint();
    } catch (error) {
      this.#environment.logger.warn?.({ err: error }, 'a checkpoint failed; recovery after a crash will take longer');
    }
    if (!this.#stopped && this.#environment.health.failure === null) this.start();
  }

  async #checkpoint(): Promise<void> {
    const dirty: Partition[] = [];
    for (const partition of this.#partitions()) {
      if (partition.log?.isClosed === false) partition.log.expireProducers();
      if (this.#isDirty(partition)) dirty.push(partition);
    }
    let failure: unknown = null;
    for (let i = 0; i < dirty.length; i += LOGS_AT_ONCE) {
      const results = await Promise.allSettled(
        dirty.slice(i, i + LOGS_AT_ONCE).map((each) => this.#checkpointLog(each)),
      );
      for (const result of results) if (result.status === 'rejected') failure ??= result.reason;
    }
    writing(this.#environment, () => {
      this.#environment.recoveryPoints.write();
      this.#environment.startOffsets.write();
    });
    if (failure !== null) throw failure as Error;
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
    // Asked now: a cut may have lowered it since.
    const recoveryPoint = Math.min(checkpointed, log.durableOffset);
    this.#environment.recoveryPoints.set(topic.name, index, recoveryPoint);
    this.#environment.startOffsets.set(topic.name, index, Math.min(startOffset, log.startOffset, recoveryPoint));
  }
}
