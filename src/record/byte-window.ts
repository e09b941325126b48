/**
 * Bytes with both views that batches need: single bytes and runs through `bytes`, numbers through `view`. Position p in one is
 * position p in the other. A window owns nothing: it lives as long as the buffer behind it.
 */
import type { ByteWindow } from '../types.ts';

export type { ByteWindow };

/** Where in a file, or else in its window, something stands. */
export interface Place {
  readonly path?: string;
  readonly position: number;
}

export function placeOf(window: ByteWindow, position: number): Place {
  return { path: window.path, position: (window.start ?? 0) + position };
}

/** A place as messages name it. */
export function showPlace({ path, position }: Place): string {
  return path === undefined ? `position ${position}` : `position ${position} of ${path}`;
}

/** A window over a whole buffer, or over what a view shows of one. `bytes` is always a `Buffer`, so that hot loops see one shape. */
export function byteWindow(source: ArrayBufferLike | Uint8Array): ByteWindow {
  if (!(source instanceof Uint8Array)) return { bytes: Buffer.from(source), view: new DataView(source) };
  const { buffer, byteOffset, byteLength } = source;
  const bytes = Buffer.isBuffer(source) ? source : Buffer.from(buffer, byteOffset, byteLength);
  return { bytes, view: new DataView(buffer, byteOffset, byteLength) };
}
