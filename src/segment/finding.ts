/** What a check of files found to be wrong: where, of what kind, and a sentence about it. Nothing was changed. */
import { FINDINGS_PER_FILE_MAX } from '../limits.ts';

/**
 * `checksum`: bytes changed. `batch`: no batch, or one that contradicts itself. `records`: records that are not what their batch's header says. `order`:
 * offsets or epochs that do not follow each other. `gap`: offsets are missing. `index`: an entry that is not true of the log. `missing`: a file that should
 * be there. `unknown`: a file that nobody knows. `checkpoint`, `snapshot`, `metadata`: such a file is malformed or contradicts the log.
 */
export type FindingKind =
  | 'checksum'
  | 'batch'
  | 'records'
  | 'order'
  | 'gap'
  | 'index'
  | 'missing'
  | 'unknown'
  | 'checkpoint'
  | 'snapshot'
  | 'metadata';

export interface Finding {
  readonly kind: FindingKind;
  readonly path: string;
  /** A byte of the file; null where it is the file as a whole. */
  readonly position: number | null;
  readonly message: string;
}

/** Findings as they come, a bounded number for each file. */
export class Findings {
  #all: Finding[] = [];
  readonly #counts = new Map<string, number>();

  get all(): readonly Finding[] {
    return this.#all;
  }

  add(kind: FindingKind, path: string, position: number | null, message: string): void {
    const count = (this.#counts.get(path) ?? 0) + 1;
    this.#counts.set(path, count);
    if (count <= FINDINGS_PER_FILE_MAX) this.#all.push({ kind, path, position, message });
    else if (count === FINDINGS_PER_FILE_MAX + 1)
      this.#all.push({ kind, path, position, message: `${message}; what else is wrong with this file is not told` });
  }

  /** Takes back what was found of files whose paths begin so: they were being removed. */
  forget(beginning: string): void {
    this.#all = this.#all.filter(({ path }) => !path.startsWith(beginning));
  }
}
