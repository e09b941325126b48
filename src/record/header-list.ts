/**
 * The headers of one record on their way into a batch: taken once from whatever shape the caller used, measured, written.
 * Reusable; reading the caller's object only once keeps a getter from changing its mind between measuring and writing.
 */
import { invalidArgument, show } from '../errors.ts';
import type { Bytes, HeaderInput } from '../types.ts';
import { fieldSize, lengthOf, NULL_LENGTH, writeField } from './record-field.ts';
import { varintSize, writeVarint } from './varint.ts';

export class HeaderList {
  #count = 0;
  #size = 1;
  readonly #names: string[] = [];
  readonly #nameLengths: number[] = [];
  readonly #values: (Bytes | null)[] = [];
  readonly #valueLengths: number[] = [];

  /** Bytes of the count and all headers. */
  get size(): number {
    return this.#size;
  }

  /** Takes the headers of records[index]; throws `ERR_MILLRACE_INVALID_ARGUMENT` for what cannot be one. */
  take(headers: HeaderInput | undefined, index: number): void {
    this.#count = 0;
    this.#size = 1;
    if (headers === undefined) return;
    if (Array.isArray(headers)) {
      for (const pair of headers as readonly unknown[]) {
        if (!Array.isArray(pair)) throw invalidArgument(`records[${index}].headers`, 'an object or pairs', pair);
        this.#add(pair[0], pair[1], index);
      }
    } else {
      if (typeof headers !== 'object' || headers === null || headers instanceof Uint8Array) {
        throw invalidArgument(`records[${index}].headers`, 'an object or an array of pairs', headers);
      }
      const values = headers as Readonly<Record<string, Bytes | null>>;
      for (const name in values) {
        if (Object.hasOwn(values, name)) this.#add(name, values[name], index);
      }
    }
    this.#size += varintSize(this.#count) - 1;
  }

  /** Writes the count and all headers; returns the position after them. */
  write(bytes: Uint8Array, position: number): number {
    position = writeVarint(bytes, position, this.#count);
    for (let i = 0; i < this.#count; i++) {
      position = writeField(bytes, position, this.#names[i], this.#nameLengths[i]);
      position = writeField(bytes, position, this.#values[i], this.#valueLengths[i]);
      // A list that waits for its next record must not keep a caller's bytes alive.
      this.#values[i] = null;
    }
    return position;
  }

  /** Lets go of what `take` took. */
  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#values[i] = null;
    this.#count = 0;
    this.#size = 1;
  }

  #add(name: unknown, value: unknown, index: number): void {
    if (typeof name !== 'string') throw invalidArgument(`a name in records[${index}].headers`, 'a string', name);
    const nameLength = lengthOf(name);
    const valueLength = lengthOf(value as Bytes | null);
    if (valueLength < NULL_LENGTH) {
      throw invalidArgument(`records[${index}].headers[${show(name)}]`, 'a Uint8Array, a string or null', value);
    }
    const slot = this.#count++;
    this.#names[slot] = name;
    this.#nameLengths[slot] = nameLength;
    this.#values[slot] = (value ?? null) as Bytes | null;
    this.#valueLengths[slot] = valueLength;
    this.#size += fieldSize(nameLength) + fieldSize(valueLength);
  }
}
