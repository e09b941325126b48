/**
 * Writes the fields of a Kafka message one after another: the counterpart of `MessageReader`. Grows as it must; what it has made is copied out
 * once, by `finish`.
 */
import { assert } from '../assert.ts';
import { MillraceError } from '../errors.ts';

const TWO_POW_32 = 0x1_0000_0000;
const FIRST_SIZE = 128;
const STRING_BYTES_MAX = 0x7fff;

/** A tagged field of a flexible message: its number, and what writes its value. */
export interface TaggedField {
  readonly tag: number;
  readonly write: (writer: MessageWriter) => void;
}

export class MessageWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #size = 0;
  /** Lengths are compact from here on, and tagged fields follow. */
  isFlexible = false;

  int8(value: number): this {
    this.#bytes.writeInt8(value, this.#take(1));
    return this;
  }

  int16(value: number): this {
    const position = this.#take(2);
    this.#bytes.writeInt16BE(value, position);
    return this;
  }

  int32(value: number): this {
    const position = this.#take(4);
    this.#bytes.writeInt32BE(value, position);
    return this;
  }

  int64(value: number): this {
    assert(Number.isSafeInteger(value), 'an int64 that is no safe integer:', value);
    const position = this.#take(8);
    const high = Math.floor(value / TWO_POW_32);
    this.#bytes.writeInt32BE(high, position);
    this.#bytes.writeUInt32BE(value - high * TWO_POW_32, position + 4);
    return this;
  }

  unsignedVarint(value: number): this {
    assert(Number.isInteger(value) && value >= 0 && value < TWO_POW_32, 'an unsigned varint of', value);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#take(1)] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#take(1)] = rest;
    return this;
  }

  string(text: string): this {
    const size = Buffer.byteLength(text);
    if (size > STRING_BYTES_MAX) {
      throw new MillraceError('ERR_MILLRACE_TOO_LARGE', `a string of ${size} bytes, at most ${STRING_BYTES_MAX} fit`);
    }
    if (this.isFlexible) this.unsignedVarint(size + 1);
    else this.int16(size);
    const position = this.#take(size);
    this.#bytes.write(text, position, size, 'utf8');
    return this;
  }

  array<T>(elements: readonly T[] | null, write: (element: T) => void): this {
    const count = elements === null ? -1 : elements.length;
    if (this.isFlexible) this.unsignedVarint(count + 1);
    else this.int32(count);
    for (const element of elements ?? []) write(element);
    return this;
  }

  /** The tagged fields of a flexible message, in the order of their tags; of another one, none. */
  taggedFields(fields: readonly TaggedField[] = []): this {
    if (!this.isFlexible) return this;
    this.unsignedVarint(fields.length);
    for (const { tag, write } of fields) {
      const value = new MessageWriter();
      write(value);
      const bytes = value.finish();
      this.unsignedVarint(tag).unsignedVarint(bytes.length).bytes(bytes);
    }
    return this;
  }

  bytes(bytes: Uint8Array): this {
    const position = this.#take(bytes.length);
    this.#bytes.set(bytes, position);
    return this;
  }

  /** What was written, in a buffer of its own. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#size));
  }

  #take(size: number): number {
    const position = this.#size;
    this.#size += size;
    if (this.#size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#size, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, position));
      this.#bytes = larger;
    }
    return position;
  }
}
