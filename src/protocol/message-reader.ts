/**
 * Reads the fields of a Kafka message one after another, in both of its encodings: classic (lengths in 16 or 32 bits) and, from the version on in
 * which a message became flexible (KIP-482), compact (lengths as unsigned varints, one too high; 0 is null) with tagged fields behind.
 *
 * Never looks past the end of its bytes, and refuses what cannot be with ERR_MILLRACE_CORRUPT. An int64 beyond 2^53 comes back rounded.
 */
import { MillraceError } from '../errors.ts';
import { MESSAGE_ELEMENTS_MAX } from '../limits.ts';
import { readInt16, readInt32, readInt64 } from './integers.ts';
import { readUuid, UUID_SIZE } from './uuid.ts';

const VARINT_BYTES_MAX = 5;
/** Kafka's bound on a string in either encoding. */
export const STRING_BYTES_MAX = 0x7fff;

export class MessageReader {
  readonly #what: string;
  readonly #bytes: Buffer;
  #position: number;
  #elementsLeft = MESSAGE_ELEMENTS_MAX;
  /** Lengths are compact from here on, and tagged fields follow. */
  isFlexible = false;

  /** `what` is said in messages: "a value of __transaction_state". */
  constructor(bytes: Uint8Array, what: string, position = 0) {
    this.#what = what;
    this.#bytes = bufferOf(bytes);
    this.#position = position;
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  get position(): number {
    return this.#position;
  }

  bool(): boolean {
    return this.#bytes[this.#take(1)] !== 0;
  }

  int8(): number {
    return (this.#bytes[this.#take(1)] << 24) >> 24;
  }

  int16(): number {
    return readInt16(this.#bytes, this.#take(2));
  }

  uint16(): number {
    return this.int16() & 0xffff;
  }

  int32(): number {
    return readInt32(this.#bytes, this.#take(4));
  }

  int64(): number {
    return readInt64(this.#bytes, this.#take(8));
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  uuid(): string {
    return readUuid(this.#bytes, this.#take(UUID_SIZE));
  }

  unsignedVarint(): number {
    let value = 0;
    for (let count = 1; count <= VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#take(1)];
      if (count === VARINT_BYTES_MAX && byte > 0x0f) break;
      // By multiplication: a shift would make the thirty-second bit a sign.
      value += (byte & 0x7f) * 2 ** (7 * (count - 1));
      if (byte < 0x80) return value;
    }
    throw this.corrupt('has an unsigned varint of more than 32 bits');
  }

  string(): string {
    return this.#present(this.nullableString(), 'a string');
  }

  nullableString(): string | null {
    const length = this.isFlexible ? this.unsignedVarint() - 1 : this.int16();
    if (length < 0) return null;
    if (length > STRING_BYTES_MAX) throw this.corrupt(`has a string of ${length} bytes, at most ${STRING_BYTES_MAX}`);
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Bytes with their length in front, as a view. */
  nullableBytes(): Buffer | null {
    const length = this.isFlexible ? this.unsignedVarint() - 1 : this.int32();
    return length < 0 ? null : this.bytes(length);
  }

  /** The elements of an array, each read by `element`, which takes so many bytes at least and counts for so much; null for a null array. */
  nullableArray<T>(element: (index: number) => T, { sizeMin = 1, weight = 1 } = {}): T[] | null {
    const count = this.isFlexible ? this.unsignedVarint() - 1 : this.int32();
    if (count < 0) return null;
    // A lying count must not allocate.
    if (count > (this.#bytes.length - this.#position) / sizeMin) {
      throw this.corrupt(`says that ${count} elements follow`);
    }
    this.#elementsLeft -= count * weight;
    if (this.#elementsLeft < 0) {
      const sentence = `${this.#what} of ${this.#bytes.length} bytes has more than ${MESSAGE_ELEMENTS_MAX} elements`;
      throw new MillraceError('ERR_MILLRACE_TOO_LARGE', sentence);
    }
    const elements: T[] = [];
    for (let index = 0; index < count; index++) elements.push(element(index));
    return elements;
  }

  array<T>(element: (index: number) => T): T[] {
    return this.#present(this.nullableArray(element), 'an array');
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

  #present<T>(value: T | null, needed: string): T {
    if (value === null) throw this.corrupt(`has null where it needs ${needed}`);
    return value;
  }

  #take(size: number): number {
    const start = this.#position;
    if (size > this.#bytes.length - start) throw this.corrupt(`ends in the middle of a field at byte ${start}`);
    this.#position = start + size;
    return start;
  }
}

/** The same bytes as a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
