/**
 * Takes the files of removed segments off the disk.
 *
 * `remove`: their names are gone when it returns, so a segment may be begun at the same offset at once. A large `.log` is renamed to `.deleted`, as
 * Kafka does, and removed on another thread: freeing the blocks of a gigabyte takes a disk tens of milliseconds and more. What a crash leaves of
 * that, recovery removes.
 *
 * `leave`: of segments before a log start that is on stable storage. All of their files go on another thread, under their own names, since a disk takes
 * its time for each inode too. Before the last segment of a log goes, the file of the next one is made. What a crash leaves, the next opening removes, because of where the log starts. Who is about to use these names again
 * says `finish` first.
 */
import type { AsideRemoval, FileSystem } from '../file/file-system.ts';
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

type RemovedSegment = Pick<Segment, 'size' | 'path' | 'forget'>;

class Settling {
  settle!: (failure: Error | null) => void;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.settle = (failure) => (failure === null ? resolve() : reject(failure));
  });
}

export class SegmentRemoval {
  readonly #system: FileSystem;
  readonly #running = new Set<AsideRemoval>();
  /** For all who wait: with ten thousand logs at once, a promise more for each is felt. */
  #idle: Settling | null = null;
  /** What could not be removed, and why: until it is tried again. */
  #left: string[] = [];
  #failure: Error | null = null;
  /** What is to be done first when a removal is tried again; it may have been done. */
  #begin: (() => void) | undefined = undefined;

  constructor(system: FileSystem) {
    this.#system = system;
  }

  /** Some files are still there, whether they are being removed or could not be. */
  get isPending(): boolean {
    return this.#running.size > 0 || this.#left.length > 0;
  }

  /** Removes the files of `segment`, its `.log` first: without it the others are leftovers that nobody believes. */
  remove(segment: RemovedSegment): void {
    segment.forget();
    const system = this.#system;
    for (const suffix of SEGMENT_SUFFIXES) {
      const path = segment.path(suffix);
      if (suffix === LOG_SUFFIX && segment.size >= REMOVED_ASIDE_BYTES_MIN) {
        system.rename(path, path + DELETED_SUFFIX);
        this.#aside([path + DELETED_SUFFIX]);
      }
      // To look costs a tenth of being told that there is nothing.
      else if (!SELDOM.has(suffix) || system.exists(path)) system.remove(path);
    }
  }

  /** Begins to remove the files of `segments`, in their order, each `.log` first, as `remove` does; of the last one when `begin` has been called. */
  leave(segments: readonly RemovedSegment[], begin?: () => void): void {
    if (begin !== undefined && segments.length > 1) this.leave(segments.slice(0, -1));
    const asides = begin === undefined ? segments : segments.slice(-1);
    this.#begin = begin ?? this.#begin;
    const paths: string[] = [];
    for (const segment of asides) {
      segment.forget();
      const stem = segment.path('');
      for (const suffix of SEGMENT_SUFFIXES) paths.push(stem + suffix);
    }
    if (paths.length > 0) this.#aside(paths, begin);
  }

  /** Begins anew with what could not be removed. */
  retry(): void {
    const left = this.#left;
    this.#left = [];
    this.#failure = null;
    if (left.length > 0) this.#aside(left, this.#begin);
  }

  /** Settles when nothing is being removed any more. Rejects when something could not be. */
  settled(): Promise<void> {
    if (this.#running.size > 0) return (this.#idle ??= new Settling()).promise;
    return this.#failure === null ? Promise.resolve() : Promise.reject(this.#failure);
  }

  /** Removes all that is left here and now, what is newest first, as a log is emptied from its end: its names are free when it returns. */
  finish(): void {
    for (const path of this.#stop().toReversed()) this.#system.remove(path);
  }

  /** Ends: what is left stays for the next opening. */
  drop(): void {
    this.#stop();
  }

  #stop(): string[] {
    const left = this.#left;
    for (const removal of this.#running) left.push(...removal.stop());
    this.#running.clear();
    this.#left = [];
    this.#failure = null;
    this.#settle();
    return left;
  }

  #aside(paths: readonly string[], begin?: () => void): void {
    const removal = this.#system.removeAside(paths, begin);
    this.#running.add(removal);
    removal.done.then(
      () => {
        this.#running.delete(removal);
        this.#settle();
      },
      (error: Error) => {
        if (!this.#running.delete(removal)) return;
        this.#failure ??= error;
        this.#left.push(...removal.stop());
        this.#settle();
      },
    );
  }

  #settle(): void {
    if (this.#running.size > 0 || this.#idle === null) return;
    this.#idle.settle(this.#failure);
    this.#idle = null;
  }
}
