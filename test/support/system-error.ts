/** Errors as the addon throws them, made by tests. */
import { fromSystemError } from '#millrace/errors.js';

/** System calls that can be made to fail. */
export type Operation =
  | 'open'
  | 'pread'
  | 'pwrite'
  | 'fallocate'
  | 'ftruncate'
  | 'fdatasync'
  | 'syncfs'
  | 'mmap'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'fsync'
  | 'utimes';

const ERROR_NUMBERS: Record<string, number> = {
  ENOENT: 2,
  EIO: 5,
  EEXIST: 17,
  ENOSPC: 28,
  EMFILE: 24,
  ENOMEM: 12,
  EROFS: 30,
};

export function systemError(code: string, syscall: string, path: string): Error {
  const error = new Error(`${code}: ${syscall} '${path}'`);
  return fromSystemError(Object.assign(error, { code, errno: -(ERROR_NUMBERS[code] ?? 5), syscall, path })) as Error;
}
