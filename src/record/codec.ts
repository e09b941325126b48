/** Kafka's codecs: the number in a batch's attributes, the name in a setting (`CompressionType` in Kafka), and the errors that all share. */
import { MillraceError } from '../errors.ts';
import type { CompressionName } from '../types.ts';
import { COMPRESSION_MASK } from './batch-format.ts';

/** A codec's number is its place here. */
export const compressionNames: readonly CompressionName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export function compressionOf(attributes: number): CompressionName {
  const name = compressionNames[attributes & COMPRESSION_MASK];
  if (name !== undefined) return name;
  throw new MillraceError(
    'ERR_MILLRACE_CORRUPT',
    `a batch names codec ${attributes & COMPRESSION_MASK}, expected 0 to ${compressionNames.length - 1}`,
  );
}

export function compressionNumber(name: CompressionName): number {
  return compressionNames.indexOf(name);
}

export function inflatesBeyond(codec: CompressionName, maxBytes: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TOO_LARGE',
    `${codec} data inflates to more than the ${maxBytes} bytes allowed`,
  );
}

export function notValid(codec: CompressionName, found: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', `not valid ${codec}: ${found}`);
}
