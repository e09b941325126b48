/** Partitions of `__consumer_offsets` that cannot be read: the log is told of each once, until it could be read again. */
import type { Logger } from '../types.ts';

export class UnreadablePartitions {
  readonly #logger: Logger;
  readonly #told = new Set<number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** It could be read. */
  read(partition: number): void {
    this.#told.delete(partition);
  }

  tell(partition: number, error: unknown): void {
    if (this.#told.has(partition)) return;
    this.#told.add(partition);
    this.#logger.error?.({ err: error, partition }, 'the groups of a partition of __consumer_offsets cannot be read');
  }
}
