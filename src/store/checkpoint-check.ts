/**
 * The four offset checkpoints of a data directory, read to be checked against the logs: what is malformed, named twice, or of a partition that is not there, and what lies past a
 * log's end. An offset that is lower than it could be is no fault: it is what a crash leaves.
 */
import { join } from 'node:path';
import { isMillraceError } from '../errors.ts';
import { readCheckpoint } from '../file/checkpoint.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { Findings } from '../segment/finding.ts';
import { CLEANER_CHECKPOINT, REPLICATION_CHECKPOINT } from './file-contents.ts';
import { LOG_START_CHECKPOINT, RECOVERY_POINT_CHECKPOINT } from './offset-checkpoints.ts';

/** Those whose offsets lie within the log, and what they are called. Kafka's own two may lie past the end of a log that was recovered. */
const MEANINGS: Readonly<Record<string, string>> = {
  [RECOVERY_POINT_CHECKPOINT]: 'recovery point',
  [LOG_START_CHECKPOINT]: 'log start',
};
const NAMES = [RECOVERY_POINT_CHECKPOINT, LOG_START_CHECKPOINT, REPLICATION_CHECKPOINT, CLEANER_CHECKPOINT];
/** Those that the writer writes for all partitions at a clean stop. The cleaner's keeps topics that are gone. */
const COMPLETE: ReadonlySet<string> = new Set([
  RECOVERY_POINT_CHECKPOINT,
  LOG_START_CHECKPOINT,
  REPLICATION_CHECKPOINT,
]);

/** Offsets by the name of the partition's directory. */
export type CheckedOffsets = ReadonlyMap<string, number>;

export class CheckpointCheck {
  readonly #directory: string;
  readonly #findings: Findings;
  readonly #offsets = new Map<string, CheckedOffsets>();

  /** Reads the files, before any log is looked at: a writer adds to the log first. */
  constructor(system: FileSystem, directory: string, findings: Findings) {
    this.#directory = directory;
    this.#findings = findings;
    for (const name of NAMES) this.#offsets.set(name, this.#read(system, name));
  }

  /** Was the partition ever compacted by Kafka's cleaner? */
  wasCleaned(partition: string): boolean {
    return this.#offsets.get(CLEANER_CHECKPOINT)!.has(partition);
  }

  /** Where a log was last said to start. */
  startOffset(partition: string): number {
    return this.#offsets.get(LOG_START_CHECKPOINT)!.get(partition) ?? 0;
  }

  /** `isKnown`: is there such a partition? To be asked where the last stop was a clean one. */
  partitions(isKnown: (partition: string) => boolean): void {
    for (const [name, offsets] of this.#offsets) {
      if (!COMPLETE.has(name)) continue;
      for (const partition of offsets.keys()) {
        if (!isKnown(partition)) this.#object(name, `there is no partition ${partition}`);
      }
    }
  }

  /** A log that ends at `endOffset`. */
  log(partition: string, endOffset: number): void {
    for (const [name, meaning] of Object.entries(MEANINGS)) {
      const offset = this.#offsets.get(name)!.get(partition) ?? 0;
      if (offset > endOffset)
        this.#object(name, `the ${meaning} of ${partition} is ${offset}, and its log ends at ${endOffset}`);
    }
  }

  #read(system: FileSystem, name: string): CheckedOffsets {
    const offsets = new Map<string, number>();
    try {
      for (const [topic, partition, offset] of readCheckpoint(system, join(this.#directory, name), 3) ?? []) {
        const key = `${topic}-${partition}`;
        const isWhole =
          /^\d{1,9}$/.test(partition) && /^\d{1,16}$/.test(offset) && Number.isSafeInteger(Number(offset));
        if (!isWhole) this.#object(name, `it has the entry "${topic} ${partition} ${offset}"`);
        else if (offsets.has(key)) this.#object(name, `it has two entries of ${key}`);
        else offsets.set(key, Number(offset));
      }
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      this.#object(name, error.message);
    }
    return offsets;
  }

  #object(name: string, message: string): void {
    this.#findings.add('checkpoint', join(this.#directory, name), null, message);
  }
}
