/**
 * The checkpoint files of a data directory that are ours to keep: up to where each partition needs no recovery, where it starts, and up to where it is
 * compacted.
 *
 * `recovery-point-offset-checkpoint`, `log-start-offset-checkpoint` and `cleaner-offset-checkpoint`, a line `<topic> <partition> <offset>` for each partition. A file that
 * is missing or unreadable says nothing: then a partition is recovered from its beginning, which is slow and right. An entry may only be lower
 * than the truth, never higher: it is written after what it speaks of is durable. (OffsetCheckpointFile.)
 */
import { join } from 'node:path';
import { isMillraceError, MillraceError } from '../errors.ts';
import { writeWholeFileAside } from '../file/atomic-file.ts';
import { checkpointText, readCheckpoint, writeCheckpoint } from '../file/checkpoint.ts';
import type { FileSystem, FlushThread } from '../file/file-system.ts';
import type { Logger } from '../types.ts';

export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint';
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint';

export class OffsetCheckpoint {
  readonly #system: FileSystem;
  readonly #path: string;
  #offsets = new Map<string, number>();
  #changed = false;
  /** How often a write has begun. */
  #writes = 0;

  /** Reads the file; one that is no checkpoint is told to `logger` and counts as missing. */
  static read(system: FileSystem, directory: string, name: string, logger: Logger = {}): OffsetCheckpoint {
    const checkpoint = new OffsetCheckpoint(system, join(directory, name));
    try {
      for (const fields of readCheckpoint(system, checkpoint.#path, 3) ?? []) checkpoint.#take(fields);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      checkpoint.#offsets.clear();
      checkpoint.#changed = true;
      logger.warn?.({ err: error, path: checkpoint.#path }, 'a checkpoint file is not readable and is not believed');
    }
    return checkpoint;
  }

  /** The write that is under way on another thread. */
  #aside: Promise<void> | null = null;

  private constructor(system: FileSystem, path: string) {
    this.#system = system;
    this.#path = path;
  }

  /** The offset of a partition; 0 where nothing is known. */
  get(topic: string, partition: number): number {
    return this.#offsets.get(`${topic} ${partition}`) ?? 0;
  }

  set(topic: string, partition: number, offset: number): void {
    const key = `${topic} ${partition}`;
    if (offset === (this.#offsets.get(key) ?? 0)) return;
    if (offset === 0) this.#offsets.delete(key);
    else this.#offsets.set(key, offset);
    this.#changed = true;
  }

  /** Forgets partitions that `isKnown` does not know. */
  keep(isKnown: (topic: string, partition: number) => boolean): void {
    for (const key of this.#offsets.keys()) {
      const [topic, partition] = key.split(' ');
      if (isKnown(topic, Number(partition))) continue;
      this.#offsets.delete(key);
      this.#changed = true;
    }
  }

  /** Writes the file if an offset has changed since it was read or written; durable when this returns. */
  write(): void {
    // One that is being written aside is not durable yet.
    if (!this.#changed && this.#aside === null) return;
    this.#writes++;
    writeCheckpoint(this.#system, this.#path, this.#entries());
    this.#changed = false;
  }

  /**
   * As `write`, but the disk is waited for on another thread: durable when it settles. What is set meanwhile comes with the next write; one that comes meanwhile knows
   * more, and stays.
   */
  async writeAside(thread: FlushThread): Promise<void> {
    if (!this.#changed) return this.#aside ?? undefined;
    const writing = this.#writeNow(thread);
    this.#aside = writing;
    try {
      await writing;
    } finally {
      if (this.#aside === writing) this.#aside = null;
    }
  }

  async #writeNow(thread: FlushThread): Promise<void> {
    const own = ++this.#writes;
    const text = checkpointText(this.#entries());
    this.#changed = false;
    try {
      await writeWholeFileAside(this.#system, thread, {
        path: this.#path,
        text,
        isWanted: () => this.#writes === own,
      });
    } catch (error) {
      this.#changed = true;
      throw error;
    }
  }

  #entries(): (readonly [string, number])[] {
    return Array.from(this.#offsets, ([key, offset]) => [key, offset] as const);
  }

  #take([topic, partition, offset]: string[]): void {
    if (!/^\d{1,9}$/.test(partition) || !/^\d{1,16}$/.test(offset) || !Number.isSafeInteger(Number(offset))) {
      const entry = `${topic} ${partition} ${offset}`;
      throw new MillraceError('ERR_MILLRACE_CORRUPT', `checkpoint ${this.#path} has the entry "${entry}"`, {
        path: this.#path,
      });
    }
    this.#offsets.set(`${topic} ${Number(partition)}`, Number(offset));
  }
}
