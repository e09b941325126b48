/**
 * Strings as UTF-8 inside a batch. Keys and header names are short and mostly ASCII: those are measured and stored unit by unit,
 * everything else goes through the runtime. A lone surrogate becomes U+FFFD, as everywhere in JS.
 */
import { assert } from '../assert.ts';

/** Up to this many units a loop is quicker than a call into the runtime. Measured on Node 20 and 24, x64. */
const LOOP_UNITS_MAX = 16;

/** Bytes of `text` in UTF-8. */
export function utf8Size(text: string): number {
  const { length } = text;
  if (length > LOOP_UNITS_MAX) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) {
    if (text.charCodeAt(i) >= 0x80) return Buffer.byteLength(text);
  }
  return length;
}

/** Writes `text` at `position`; `size` is what `utf8Size` said of it. */
export function writeUtf8(bytes: Uint8Array, position: number, text: string, size: number): void {
  // As many bytes as units: all ASCII.
  const ascii = size === text.length;
  if (ascii && size <= LOOP_UNITS_MAX) {
    for (let i = 0; i < size; i++) bytes[position + i] = text.charCodeAt(i);
    return;
  }
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const written = buffer.write(text, position, size, ascii ? 'latin1' : 'utf8');
  assert(written === size, 'bytes of a string, announced and written:', size, written);
}
