/**
 * The `.snapshot` files of a partition: what its producers were at some of its offsets, so that not all of the log must be read to know it.
 *
 * Written at the log's end at a roll, at a checkpoint, at close, and, with nothing in it, before the first batch of the first producer: a log that has no snapshot has
 * had no producer, in any process's eyes. One that cannot be read is passed over for an older one, and what lies behind is read from the log.
 * They belong to the segment that begins at their offset and go with it; of the others the two newest stay. (ProducerStateManager.)
 */
import { isMillraceError } from '../errors.ts';
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { segmentFile, SNAPSHOT_SUFFIX } from '../segment/segment-files.ts';
import type { Offset } from '../types.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot, type ProducerEntry } from './producer-snapshot.ts';

export interface LoadedSnapshot {
  readonly offset: Offset;
  readonly entries: readonly ProducerEntry[];
}

/** A crash may tear the newest. */
const KEPT = 2;
/** Of all logs that have none. */
const NONE: readonly Offset[] = [];

export class ProducerSnapshots {
  readonly #system: FileSystem;
  readonly #directory: string;
  /** Ascending. */
  #offsets: readonly Offset[];
  #torn: readonly Offset[] = NONE;

  constructor(system: FileSystem, directory: string, offsets: readonly Offset[]) {
    this.#system = system;
    this.#directory = directory;
    this.#offsets = offsets.length === 0 ? NONE : [...offsets].sort((a, b) => a - b);
  }

  get isEmpty(): boolean {
    return this.#offsets.length === 0;
  }

  get offsets(): readonly Offset[] {
    return this.#offsets;
  }

  /** The newest one from `from` to `to` that can be read; null when there is none. */
  newest(from: Offset, to: Offset): LoadedSnapshot | null {
    for (let i = this.#offsets.length - 1; i >= 0; i--) {
      const offset = this.#offsets[i];
      if (offset > to || offset < from) continue;
      const path = this.#path(offset);
      try {
        const { entries } = decodeProducerSnapshot(readWholeFile(this.#system, path), path);
        return { offset, entries };
      } catch (error) {
        if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
        this.#torn = [...this.#torn, offset];
      }
    }
    return null;
  }

  /** Forgets those that `newest` could not read, and removes them: a new one may come in their place. */
  removeTorn(): void {
    for (const offset of this.#torn) this.remove(offset);
    this.#torn = NONE;
  }

  /**
   * Writes the one of `offset`. Returns its file, to be synced and closed by the caller; null when there is one already. After a throw there is none.
   */
  write(offset: Offset, entries: readonly ProducerEntry[]): LogFile | null {
    if (this.#offsets.includes(offset)) return null;
    const path = this.#path(offset);
    const bytes = encodeProducerSnapshot(entries);
    const file = this.#system.open(path, 'a+');
    try {
      file.write(bytes, 0, bytes.length, 0);
      file.truncate(bytes.length);
    } catch (error) {
      file.close();
      this.#system.remove(path);
      throw error;
    }
    this.#offsets = [...this.#offsets, offset].sort((a, b) => a - b);
    return file;
  }

  /** Removes those that neither a segment nor a crash can need. */
  prune(hasSegment: (offset: Offset) => boolean): void {
    const stale = this.#offsets.slice(0, -KEPT).filter((offset) => !hasSegment(offset));
    for (const offset of stale) this.remove(offset);
  }

  remove(offset: Offset): void {
    this.#system.remove(this.#path(offset));
    this.#offsets = this.#offsets.filter((known) => known !== offset);
  }

  /** Their files are gone. */
  removed(isGone: (offset: Offset) => boolean): void {
    this.#offsets = this.#offsets.filter((offset) => !isGone(offset));
  }

  #path(offset: Offset): string {
    return segmentFile(this.#directory, offset, SNAPSHOT_SUFFIX);
  }
}
