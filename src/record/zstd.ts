/**
 * zstd by the runtime where it has it (Node 22.15 and later); elsewhere `fzstd` inflates, and compressing is
 * `ERR_MILLRACE_UNSUPPORTED`. fzstd believes what a frame claims, so frames are walked first (zstd-frame.ts).
 */
import type * as Fzstd from 'fzstd';
import { MillraceError } from '../errors.ts';
import { inflatesBeyond } from './codec.ts';
import { lazily, requirePackage } from '../lazy-module.ts';
import { zstdFrames } from './zstd-frame.ts';

interface ZstdOfZlib {
  readonly zstdCompressSync?: (bytes: Uint8Array, options: { params: Record<number, number> }) => Buffer;
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;
}

const fzstd = lazily(() => requirePackage('fzstd') as typeof Fzstd);
const runtime = lazily(() => requirePackage('node:zlib') as ZstdOfZlib);

/** `ZSTD_c_compressionLevel` */
const LEVEL_PARAMETER = 100;
/** Kafka's default. */
const LEVEL_DEFAULT = 3;

/** Whether this runtime can compress zstd. Inflating works everywhere. */
export function canCompressZstd(): boolean {
  return runtime().zstdCompressSync !== undefined;
}

export function compressZstd(bytes: Uint8Array, level: number = LEVEL_DEFAULT): Uint8Array {
  const { zstdCompressSync } = runtime();
  if (zstdCompressSync === undefined) {
    throw new MillraceError(
      'ERR_MILLRACE_UNSUPPORTED',
      `Node ${process.versions.node} cannot compress zstd; use Node 22.15 or later, or another codec`,
    );
  }
  return zstdCompressSync(bytes, { params: { [LEVEL_PARAMETER]: level } });
}

export function decompressZstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let left = maxBytes;
  for (const frame of zstdFrames(bytes, maxBytes)) {
    const piece = inflateFrame(frame, left);
    left -= piece.length;
    if (left < 0) throw inflatesBeyond('zstd', maxBytes);
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

function inflateFrame(frame: Uint8Array, maxBytes: number): Uint8Array {
  const { zstdDecompressSync } = runtime();
  if (zstdDecompressSync === undefined) return inflateByFzstd(frame, maxBytes);
  try {
    return zstdDecompressSync(frame, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    if (error instanceof RangeError) throw inflatesBeyond('zstd', maxBytes);
    throw error;
  }
}

/** Streams, so that the bound holds for frames that do not say how large they are. Exported for tests: any runtime can run it. */
export function inflateByFzstd(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stream = new (fzstd().Decompress)((piece) => {
    size += piece.length;
    if (size > maxBytes) throw inflatesBeyond('zstd', maxBytes);
    pieces.push(piece);
  });
  stream.push(bytes, true);
  return Buffer.concat(pieces, size);
}
