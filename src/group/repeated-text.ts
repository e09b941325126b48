/**
 * A text that comes again and again, such as the group of one commit after another: as long as the bytes are those of the last time, so is the
 * string, and nothing is decoded.
 */

/** Longer ones are decoded each time: they would be compared byte by byte too. */
const KEPT_SIZE_MAX = 255;

export class RepeatedText {
  readonly #bytes = new Uint8Array(KEPT_SIZE_MAX);
  readonly #encoding: 'utf8' | 'base64url';
  #size = 0;
  #text = '';

  constructor(encoding: 'utf8' | 'base64url' = 'utf8') {
    this.#encoding = encoding;
  }

  read(bytes: Buffer, start: number, size: number): string {
    if (this.#isSame(bytes, start, size)) return this.#text;
    const text = bytes.toString(this.#encoding, start, start + size);
    if (size > KEPT_SIZE_MAX) return text;
    for (let i = 0; i < size; i++) this.#bytes[i] = bytes[start + i];
    this.#size = size;
    this.#text = text;
    return text;
  }

  #isSame(bytes: Buffer, start: number, size: number): boolean {
    if (size !== this.#size) return false;
    const kept = this.#bytes;
    // From the end: names differ there, where they are numbered.
    for (let i = size - 1; i >= 0; i--) if (kept[i] !== bytes[start + i]) return false;
    return true;
  }
}
