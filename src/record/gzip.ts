/** gzip by the runtime's zlib. Several members one after another inflate to their concatenation, as in Java. */
import type * as Zlib from 'node:zlib';
import { inflatesBeyond } from './codec.ts';
import { lazily, requirePackage } from '../lazy-module.ts';

const zlib = lazily(() => requirePackage('node:zlib') as typeof Zlib);

export function gzip(bytes: Uint8Array, level: number = zlib().constants.Z_DEFAULT_COMPRESSION): Uint8Array {
  return zlib().gzipSync(bytes, { level });
}

/** zlib grows its output piece by piece and stops at the bound. */
export function gunzip(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return zlib().gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    if (error instanceof RangeError) throw inflatesBeyond('gzip', maxBytes);
    throw error;
  }
}
