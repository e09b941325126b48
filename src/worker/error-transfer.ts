/**
 * Errors as plain data, since an error that crosses threads loses its class and all but its message.
 *
 * What arrives is a `MillraceError` again, with the system call's details as its cause. Anything else was a bug, and arrives as an `Error`
 * with the stack of where it was thrown.
 */
import { type ErrorCode, isMillraceError, isSystemError, MillraceError, type SystemErrorDetails } from '../errors.ts';

export interface PlainError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly stack?: string;
  readonly path?: string;
  readonly position?: number;
  readonly cause?: SystemErrorDetails & { readonly message: string };
}

export function toPlainError(error: unknown): PlainError {
  if (!isMillraceError(error)) {
    return error instanceof Error
      ? { code: null, message: error.message, stack: error.stack }
      : { code: null, message: String(error) };
  }
  const { code, message, path, position, cause } = error;
  if (!isSystemError(cause)) return { code, message, path, position };
  const details = {
    message: cause.message,
    code: cause.code,
    errno: cause.errno,
    syscall: cause.syscall,
    path: cause.path,
  };
  return { code, message, path, position, cause: details };
}

export function fromPlainError(plain: PlainError): Error {
  const { code, message, stack, path, position } = plain;
  if (code === null) return Object.assign(new Error(message), stack === undefined ? {} : { stack });
  const cause = plain.cause === undefined ? undefined : Object.assign(new Error(plain.cause.message), plain.cause);
  return new MillraceError(code, message, { path, position, cause });
}
