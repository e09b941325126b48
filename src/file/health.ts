/**
 * Whether a data directory may still be written: shared by its logs, its flusher and its housekeeping.
 *
 * After a failed flush the kernel may have dropped the dirty pages and report success next time, so the first failure is final: the
 * directory is offline until it is opened again, and recovery says what is there. (Rebello et al., ATC 2020.)
 */
import { MillraceError } from '../errors.ts';

export class Health {
  readonly directory: string;
  #failure: MillraceError | null = null;
  readonly #listeners: ((failure: MillraceError) => void)[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Why the directory is offline, or null. */
  get failure(): MillraceError | null {
    return this.#failure;
  }

  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Takes the directory offline; the first cause stays. */
  fail(cause: unknown): MillraceError {
    if (this.#failure !== null) return this.#failure;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new MillraceError(
      'ERR_MILLRACE_OFFLINE',
      `data directory ${this.directory} is offline, open it again to recover: ${reason}`,
      { path: this.directory, cause },
    );
    for (const listener of this.#listeners) listener(this.#failure);
    return this.#failure;
  }

  onFailure(listener: (failure: MillraceError) => void): void {
    this.#listeners.push(listener);
  }
}
