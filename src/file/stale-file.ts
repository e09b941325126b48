/** A file that is no longer the one that was looked at: another process has removed it, or put another one in its place. */
import { constants } from 'node:os';
import { isMillraceError, isSystemError, MillraceError } from '../errors.ts';

/** `path` leads to another file by now: ERR_MILLRACE_IO with ESTALE, which is what systems say of it. */
export function staleFile(path: string): MillraceError {
  const { ESTALE } = constants.errno;
  const cause = Object.assign(new Error(`ESTALE: ${path}`), { code: 'ESTALE', errno: ESTALE, syscall: 'open', path });
  return new MillraceError('ERR_MILLRACE_IO', `${path} was replaced by another file`, { path, cause });
}

/** Does the error say that a file, or its directory, is not there, or not any more? */
export function isGone(error: unknown): boolean {
  return systemCodeOf(error) === 'ENOENT';
}

/** The same, or that it is another one? */
export function isStale(error: unknown): boolean {
  return isGone(error) || systemCodeOf(error) === 'ESTALE';
}

function systemCodeOf(error: unknown): string | undefined {
  if (!isMillraceError(error, 'ERR_MILLRACE_IO') || !isSystemError(error.cause)) return undefined;
  return error.cause.code;
}
