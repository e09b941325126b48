/** Why a connection was ended: by what its client did, or by a fault of the broker's own. */
import { isMillraceError } from '../errors.ts';

/** Is it the client's doing, and not a fault of ours? */
export function isClientFault(error: unknown): boolean {
  return (
    isMillraceError(error, 'ERR_MILLRACE_CORRUPT') ||
    isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE') ||
    isMillraceError(error, 'ERR_MILLRACE_AUTHENTICATION') ||
    isMillraceError(error, 'ERR_MILLRACE_QUEUE_FULL') ||
    isMillraceError(error, 'ERR_MILLRACE_UNSUPPORTED')
  );
}
