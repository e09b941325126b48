/** What a check of files found to be wrong: where, of what kind, and a sentence about it. Nothing was changed. */

/**
 * `checksum`: bytes changed. `batch`: no batch, or one that contradicts itself. `records`: records that are not what their batch's header says. `order`:
 * offsets, epochs or segments that do not follow each other. `gap`: offsets are missing. `index`: an index entry that is not true. `missing`: a file that
 * should be there. `unknown`: a file that nobody knows. `checkpoint`, `snapshot`, `metadata`: such a file is malformed or contradicts the log.
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
  /** A byte in the file; null where it is the whole file. */
  readonly position: number | null;
  readonly message: string;
}
