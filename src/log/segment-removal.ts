/**
 * Takes the files of removed segments off the disk.
 *
 * Their names are gone when `remove` returns, so a segment may be begun at the same offset at once. A large `.log` is renamed to `.deleted`, as
 * Kafka does, and removed on another thread: freeing the blocks of a gigabyte takes a disk tens of milliseconds and more. What a crash leaves of
 * that, recovery removes. Other files have few blocks and go right away.
 */
import type { FileSystem } from '../file/file-system.ts';
import { REMOVED_ASIDE_BYTES_MIN } from '../limits.ts';
import {
  DELETED_SUFFIX,
  LOG_SUFFIX,
  SEGMENT_SUFFIXES,
  SNAPSHOT_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from '../segment/segment-files.ts';
import type { Segment } from '../segment/segment.ts';

/** What most segments do not have. */
const SELDOM: ReadonlySet<string> = new Set([SNAPSHOT_SUFFIX, TRANSACTION_INDEX_SUFFIX]);

export class SegmentRemoval {
  readonly #system: FileSystem;
  readonly #running = new Set<Promise<void>>();
  #failure: unknown = null;

  constructor(system: FileSystem) {
    this.#system = system;
  }

  /** Removes the files of `segment`, its `.log` first: without it the others are leftovers that nobody believes. */
  remove(segment: Segment): void {
    segment.forget();
    const system = this.#system;
    for (const suffix of SEGMENT_SUFFIXES) {
      const path = segment.path(suffix);
      if (suffix === LOG_SUFFIX && segment.size >= REMOVED_ASIDE_BYTES_MIN) this.#removeAside(path);
      // To look costs a tenth of being told that there is nothing.
      else if (!SELDOM.has(suffix) || system.exists(path)) system.remove(path);
    }
  }

  /** Settles when nothing is being removed any more. Rejects when something could not be, once. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    const failure = this.#failure;
    this.#failure = null;
    if (failure !== null) throw failure as Error;
  }

  #removeAside(path: string): void {
    const leaving = path + DELETED_SUFFIX;
    this.#system.rename(path, leaving);
    const removal = this.#system.removeAside(leaving).then(
      () => void this.#running.delete(removal),
      (error: unknown) => {
        this.#failure ??= error;
        this.#running.delete(removal);
      },
    );
    this.#running.add(removal);
  }
}
