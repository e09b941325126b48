/**
 * Strings as UTF-8 inside a batch. Keys and header names are short and mostly ASCII: those are measured and stored unit by unit,
 * everything else goes through the runtime. A lone surrogate becomes U+FFFD, as everywhere in JS.
 */
import { assert } from '../assert.ts';

/** Up to this many units a loop is quicker than a call into the runtime. */
const LOOP_UNITS_MAX = 48;

const encoder = new TextEncoder();

/** Bytes of `text` in UTF-8. */
export function utf8Size(text: string): number {
  const length = text.length;
  if (length > LOOP_UNITS_MAX) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text);
  }
  return length;
}

/** Writes `text` at `position`; `size` is what `utf8Size` said of it. */
export function writeUtf8(bytes: Uint8Array, position: number, text: string, size: number): void {
  // As many bytes as units: all ASCII.
  if (size === text.length && size <= LOOP_UNITS_MAX) {
    for (let i = 0; i < size; i++) bytes[position + i] = text.charCodeAt(i);
    return;
  }
  const { written } = encoder.encodeInto(text, bytes.subarray(position, position + size));
  assert(written === size, `a string of ${size} bytes wrote ${written}`);
}
