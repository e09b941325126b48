/**
 * Bytes with both views that batches need: single bytes and runs through `bytes`, numbers through `view`. Position p in one is
 * position p in the other. A window owns nothing: it lives as long as the buffer behind it.
 */
export interface ByteWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A window over a whole buffer, or over what a view shows of one. `bytes` is always a `Buffer`, so that hot loops see one shape. */
export function byteWindow(source: ArrayBufferLike | Uint8Array): ByteWindow {
  if (!(source instanceof Uint8Array)) return { bytes: Buffer.from(source), view: new DataView(source) };
  const { buffer, byteOffset, byteLength } = source;
  const bytes = Buffer.isBuffer(source) ? source : Buffer.from(buffer, byteOffset, byteLength);
  return { bytes, view: new DataView(buffer, byteOffset, byteLength) };
}
