/**
 * Compression of a batch's records, with Kafka's own framings: what any Kafka client writes can be read, what is written any Kafka client
 * can read. Everything here is synchronous.
 *
 * `decompress` promises never to take more than about `maxBytes` of memory for its result, whatever the bytes claim, and that every
 * failure is `ERR_MILLRACE_CORRUPT` or `ERR_MILLRACE_TOO_LARGE`.
 */
import { invalidArgument, isMillraceError, MillraceError } from '../errors.ts';
import type { CompressionName } from '../types.ts';
import { inflatesBeyond } from './codec.ts';
import { gunzip, gzip } from './gzip.ts';
import { compressLz4, decompressLz4 } from './lz4.ts';
import { compressSnappy, decompressSnappy } from './snappy.ts';
import { compressZstd, decompressZstd } from './zstd.ts';

/** The levels that a codec has; snappy and lz4 have none here. */
const levels = { gzip: [1, 9], zstd: [-131_072, 22] } as const;

/** Throws `ERR_MILLRACE_INVALID_ARGUMENT` unless the codec has that level. */
export function checkLevel(codec: CompressionName, level: number | undefined): void {
  if (level === undefined) return;
  if (codec !== 'gzip' && codec !== 'zstd') throw invalidArgument(`the level of ${codec}`, 'left out', level);
  const [min, max] = levels[codec];
  if (Number.isInteger(level) && level >= min && level <= max) return;
  throw invalidArgument(`the level of ${codec}`, `a whole number from ${min} to ${max}`, level);
}

export function compress(codec: CompressionName, bytes: Uint8Array, level?: number): Uint8Array {
  checkLevel(codec, level);
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return gzip(bytes, level);
    case 'snappy':
      return compressSnappy(bytes);
    case 'lz4':
      return compressLz4(bytes);
    case 'zstd':
      return compressZstd(bytes, level);
  }
}

/** Inflates to at most `maxBytes`; `ERR_MILLRACE_TOO_LARGE` beyond it. */
export function decompress(codec: CompressionName, bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    const inflated = inflate(codec, bytes, maxBytes);
    if (inflated.length <= maxBytes) return inflated;
  } catch (error) {
    if (isMillraceError(error)) throw error;
    throw new MillraceError('ERR_MILLRACE_CORRUPT', `${bytes.length} bytes are not valid ${codec}: ${String(error)}`, {
      cause: error,
    });
  }
  throw inflatesBeyond(codec, maxBytes);
}

function inflate(codec: CompressionName, bytes: Uint8Array, maxBytes: number): Uint8Array {
  switch (codec) {
    case 'none':
      return bytes;
    case 'gzip':
      return gunzip(bytes, maxBytes);
    case 'snappy':
      return decompressSnappy(bytes, maxBytes);
    case 'lz4':
      return decompressLz4(bytes, maxBytes);
    case 'zstd':
      return decompressZstd(bytes, maxBytes);
  }
}
