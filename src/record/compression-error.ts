/** The two errors that every codec shares. */
import { MillraceError } from '../errors.ts';
import type { CompressionName } from '../types.ts';

export function inflatesBeyond(codec: CompressionName, maxBytes: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TOO_LARGE',
    `${codec} data inflates to more than the ${maxBytes} bytes allowed`,
  );
}

export function notValid(codec: CompressionName, found: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', `not valid ${codec}: ${found}`);
}
