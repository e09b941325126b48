/**
 * Reads the fields of a Kafka message one after another, in both of its encodings: classic (lengths in 16 or 32 bits) and, from the version on in
 * which a message became flexible (KIP-482), compact (lengths as unsigned varints, one too high; 0 is null) with tagged fields behind.
 *
 * Never looks past the end of its bytes, and refuses what cannot be with ERR_MILLRACE_CORRUPT. An int64 beyond 2^53 comes back rounded.
 */
import { MillraceError } from '../errors.ts';

const TWO_POW_32 = 0x1_0000_0000;
const VARINT_BYTES_MAX = 5;

export class MessageReader {
  readonly #what: string;
  readonly #bytes: Buffer;
  #position = 0;
  /** Lengths are compact from here on, and tagged fields follow. */
  isFlexible = false;

  /** `what` is said in messages: "a value of __transaction_state". */
  constructor(bytes: Uint8Array, what: string) {
    this.#what = what;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  int64(): number {
    const position = this.#take(8);
    return this.#bytes.readInt32BE(position) * TWO_POW_32 + this.#bytes.readUInt32BE(position + 4);
  }

  unsignedVarint(): number {
    let value = 0;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#take(1)];
      // By multiplication: a shift would make the thirty-second bit a sign.
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
    throw this.corrupt('has an unsigned varint of more than 5 bytes');
  }

  string(): string {
    const text = this.nullableString();
    if (text === null) throw this.corrupt('has null where it needs a string');
    return text;
  }

  nullableString(): string | null {
    const length = this.isFlexible ? this.unsignedVarint() - 1 : this.int16();
    if (length < 0) return null;
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** The elements of an array, each read by `element`; null for a null array. */
  nullableArray<T>(element: () => T): T[] | null {
    const count = this.isFlexible ? this.unsignedVarint() - 1 : this.int32();
    if (count < 0) return null;
    // An element has one byte at least: a lying count must not allocate.
    if (count > this.#bytes.length - this.#position) throw this.corrupt(`says that ${count} elements follow`);
    return Array.from({ length: count }, element);
  }

  array<T>(element: () => T): T[] {
    const elements = this.nullableArray(element);
    if (elements === null) throw this.corrupt('has null where it needs an array');
    return elements;
  }

  /** The tagged fields of a flexible message: `read` may read one that it knows; whatever it leaves is passed over. */
  taggedFields(read: (tag: number, size: number) => void = () => undefined): void {
    if (!this.isFlexible) return;
    for (let left = this.unsignedVarint(); left > 0; left--) {
      const tag = this.unsignedVarint();
      const size = this.unsignedVarint();
      const start = this.#position;
      const end = this.#take(size) + size;
      this.#position = start;
      read(tag, size);
      if (this.#position > end) throw this.corrupt(`has a tagged field ${tag} of ${size} bytes, which is too short`);
      this.#position = end;
    }
  }

  /** The next bytes, as a view. */
  bytes(size: number): Buffer {
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  corrupt(found: string): MillraceError {
    return new MillraceError('ERR_MILLRACE_CORRUPT', `${this.#what} of ${this.#bytes.length} bytes ${found}`);
  }

  #take(size: number): number {
    const start = this.#position;
    if (size > this.#bytes.length - start) throw this.corrupt(`ends in the middle of a field at byte ${start}`);
    this.#position = start + size;
    return start;
  }
}
