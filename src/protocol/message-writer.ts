/**
 * Writes the fields of a Kafka message one after another: the counterpart of `MessageReader`.
 *
 * What it makes are pieces: its own bytes, and between them views that it was handed and hands on (`view`), so that records go from a mapped
 * file to a socket without a copy in user space. Its own bytes come from a slab that writers use up one after another and that is never written
 * again, so a piece stays good for as long as somebody holds it.
 *
 * Checks no values, but that an int64 and a varint are numbers that can be written and that a string is not too long.
 */
import { assert } from '../assert.ts';
import { MillraceError } from '../errors.ts';
import { isInt64, writeInt16, writeInt32, writeInt64 } from './integers.ts';
import { STRING_BYTES_MAX } from './message-reader.ts';
import { UUID_SIZE, writeUuid } from './uuid.ts';

const TWO_POW_32 = 0x1_0000_0000;
const SLAB_SIZE = 64 * 1024;
/** What is left of a slab is used if it is so much. */
const REST_SIZE_MIN = 1024;
/** Up to so many units a string is written unit by unit: quicker than a call into the runtime, and its compact length takes one byte. */
const SHORT_UNITS_MAX = 24;
/** Smaller records are copied: a piece more costs the socket more. */
const VIEW_SIZE_MIN = 1024;
/** UTF-8 bytes that a unit of UTF-16 takes at most. */
const BYTES_PER_UNIT = 3;

/** A tagged field of a flexible message: its number, and what writes its value. */
export interface TaggedField {
  readonly tag: number;
  readonly write: (writer: MessageWriter) => void;
}

/** The slab that the next writer goes on with, and from where on. A writer at work has taken it out. */
let spare: Buffer | null = null;
let spareStart = 0;

export class MessageWriter {
  /** What `take` has given room in: changes whenever it is called. */
  buffer: Buffer;
  /** Where in `buffer` the piece begins that is being written, and the next byte of it. */
  #start: number;
  #position: number;
  readonly #pieces: Uint8Array[] = [];
  #sizeOfPieces = 0;
  /** Lengths are compact from here on, and tagged fields follow. */
  isFlexible = false;

  constructor() {
    this.buffer = spare ?? Buffer.allocUnsafeSlow(SLAB_SIZE);
    this.#start = spare === null ? 0 : spareStart;
    this.#position = this.#start;
    spare = null;
  }

  /** Bytes written, those of views too. */
  get size(): number {
    return this.#sizeOfPieces + this.#position - this.#start;
  }

  /** Room for so many bytes that come next; returns where in `buffer` it is. */
  take(size: number): number {
    const position = this.#position;
    if (size > this.buffer.length - position) return this.#grow(size);
    this.#position = position + size;
    return position;
  }

  int8(value: number): this {
    const position = this.take(1);
    this.buffer[position] = value;
    return this;
  }

  int16(value: number): this {
    const position = this.take(2);
    writeInt16(this.buffer, position, value);
    return this;
  }

  int32(value: number): this {
    const position = this.take(4);
    writeInt32(this.buffer, position, value);
    return this;
  }

  int64(value: number): this {
    assert(isInt64(value), 'no int64:', value);
    const position = this.take(8);
    writeInt64(this.buffer, position, value);
    return this;
  }

  float64(value: number): this {
    const position = this.take(8);
    this.buffer.writeDoubleBE(value, position);
    return this;
  }

  uuid(id: string): this {
    const position = this.take(UUID_SIZE);
    writeUuid(this.buffer, position, id);
    return this;
  }

  unsignedVarint(value: number): this {
    // Nearly all are.
    if (value >= 0 && value < 0x80) return this.int8(value);
    assert(Number.isInteger(value) && value >= 0 && value < TWO_POW_32, 'an unsigned varint of', value);
    let rest = value;
    while (rest >= 0x80) {
      this.int8((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.int8(rest);
  }

  string(text: string): this {
    if (text.length > SHORT_UNITS_MAX || !this.#shortString(text)) this.#longString(text);
    return this;
  }

  nullableString(text: string | null): this {
    return text === null ? this.nullString() : this.string(text);
  }

  /** The number of elements, or of bytes, that follow; null has -1. */
  length(count: number): this {
    return this.isFlexible ? this.unsignedVarint(count + 1) : this.int32(count);
  }

  nullString(): this {
    return this.isFlexible ? this.int8(0) : this.int16(-1);
  }

  array<T>(elements: readonly T[] | null, write: (element: T) => void): this {
    this.length(elements === null ? -1 : elements.length);
    for (const element of elements ?? []) write(element);
    return this;
  }

  /** The tagged fields of a flexible message, in the order of their tags; of another one, none. */
  taggedFields(fields: readonly TaggedField[] = []): this {
    if (!this.isFlexible) return this;
    this.unsignedVarint(fields.length);
    for (const { tag, write } of fields) {
      this.unsignedVarint(tag);
      const mark = this.beginSized();
      write(this);
      this.endSized(mark);
    }
    return this;
  }

  /** What is written from here to `endSized` gets its size in front, as an unsigned varint. No view may be among it. */
  beginSized(): number {
    return this.take(1) - this.#start;
  }

  endSized(mark: number): void {
    const size = this.#position - this.#start - mark - 1;
    let lengthSize = 1;
    while (size >= 2 ** (7 * lengthSize)) lengthSize++;
    this.take(lengthSize - 1);
    const from = this.#start + mark;
    if (lengthSize > 1) this.buffer.copyWithin(from + lengthSize, from + 1, from + 1 + size);
    for (let i = 0; i < lengthSize; i++) {
      this.buffer[from + i] = (Math.floor(size / 2 ** (7 * i)) & 0x7f) | (i < lengthSize - 1 ? 0x80 : 0);
    }
  }

  /** Copies bytes as they are. */
  bytes(bytes: Uint8Array): this {
    const position = this.take(bytes.length);
    this.buffer.set(bytes, position);
    return this;
  }

  /** Hands bytes on as a piece of its own. */
  view(bytes: Uint8Array): this {
    this.#endPiece();
    this.#pieces.push(bytes);
    this.#sizeOfPieces += bytes.length;
    return this;
  }

  /** Record batches with their length in front, from one view or several: handed on, unless they are small. False, with nothing written, if they are none. */
  records(value: unknown): boolean {
    if (value instanceof Uint8Array) {
      this.length(value.length).#handOn(value);
      return true;
    }
    if (!Array.isArray(value) || !value.every((each) => each instanceof Uint8Array)) return false;
    this.length(value.reduce((sum, each) => sum + each.length, 0));
    for (const each of value) this.#handOn(each);
    return true;
  }

  /** What was written, in order. The writer is not to be used again. */
  pieces(): Uint8Array[] {
    this.#endPiece();
    if (this.buffer.length - this.#start >= REST_SIZE_MIN) {
      spare = this.buffer;
      spareStart = this.#start;
    }
    return this.#pieces;
  }

  /** What was written, in a buffer of its own. The writer is not to be used again. */
  finish(): Buffer {
    return Buffer.concat(this.pieces());
  }

  #handOn(bytes: Uint8Array): void {
    if (bytes.length < VIEW_SIZE_MIN) this.bytes(bytes);
    else this.view(bytes);
  }

  #endPiece(): void {
    const size = this.#position - this.#start;
    if (size === 0) return;
    this.#pieces.push(this.buffer.subarray(this.#start, this.#position));
    this.#sizeOfPieces += size;
    this.#start = this.#position;
  }

  #grow(size: number): number {
    const used = this.#position - this.#start;
    const larger = Buffer.allocUnsafeSlow(Math.max(SLAB_SIZE, 2 * (used + size)));
    larger.set(this.buffer.subarray(this.#start, this.#position));
    this.buffer = larger;
    this.#start = 0;
    this.#position = used + size;
    return used;
  }

  /** False, with nothing written, where it is not ASCII. */
  #shortString(text: string): boolean {
    const { length } = text;
    for (let i = 0; i < length; i++) if (text.charCodeAt(i) >= 0x80) return false;
    const lengthSize = this.isFlexible ? 1 : 2;
    const start = this.take(lengthSize + length);
    const { buffer } = this;
    if (this.isFlexible) buffer[start] = length + 1;
    else writeInt16(buffer, start, length);
    const first = start + lengthSize;
    for (let i = 0; i < length; i++) buffer[first + i] = text.charCodeAt(i);
    return true;
  }

  #longString(text: string): void {
    const size = text.length * BYTES_PER_UNIT > STRING_BYTES_MAX ? checkedSize(text) : Buffer.byteLength(text);
    if (this.isFlexible) this.unsignedVarint(size + 1);
    else this.int16(size);
    const position = this.take(size);
    this.buffer.write(text, position, size, 'utf8');
  }
}

function checkedSize(text: string): number {
  const size = Buffer.byteLength(text);
  if (size <= STRING_BYTES_MAX) return size;
  throw new MillraceError('ERR_MILLRACE_TOO_LARGE', `a string of ${size} bytes, at most ${STRING_BYTES_MAX} fit`);
}
