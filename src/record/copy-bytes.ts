/**
 * The copy of a key or a value into a batch. `TypedArray.set` moves memory at full speed once it is there, and the way there costs
 * about as much as storing some twenty single bytes: shorter runs are stored one by one. Measured by bench; see the builder's marks.
 */

/** Runs up to this many bytes are stored one by one. */
const SINGLE_BYTES_MAX = 16;

/** Copies all of `source` to `target` at `position`; the caller has made sure of the room. */
export function copyBytes(target: Uint8Array, position: number, source: Uint8Array): void {
  const size = source.length;
  if (size > SINGLE_BYTES_MAX) {
    target.set(source, position);
    return;
  }
  for (let i = 0; i < size; i++) target[position + i] = source[i];
}
