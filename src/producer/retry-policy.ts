/**
 * Which failures may pass by waiting, and how long to wait.
 *
 * Retriable is what says that nothing was written and that it may go well later: a full disk (NO_SPACE), and IO errors of a process that has
 * no descriptor or memory left. Everything else is final: a directory that is offline stays so until the store is opened again.
 */
import { isMillraceError, isSystemError } from '../errors.ts';

const PASSING: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR']);
/** How far waits are spread, so that those who failed together do not try together. */
const SPREAD = 0.2;

export function isRetriable(error: unknown): boolean {
  if (!isMillraceError(error)) return false;
  if (error.code === 'ERR_MILLRACE_NO_SPACE') return true;
  return error.code === 'ERR_MILLRACE_IO' && isSystemError(error.cause) && PASSING.has(error.cause.code);
}

export interface BackoffOptions {
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly random: () => number;
}

/** The wait before retry number `attempt`, counted from 0: doubled each time (KIP-580). */
export function backoffMs({ retryBackoffMs, retryBackoffMaxMs, random }: BackoffOptions, attempt: number): number {
  const spread = 1 + SPREAD * (2 * random() - 1);
  const wait = Math.min(retryBackoffMs * 2 ** Math.min(attempt, 30) * spread, retryBackoffMaxMs);
  return Math.round(wait);
}
