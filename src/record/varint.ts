/**
 * Zigzag varints, the numbers inside a record (Kafka's `ByteUtils`, Protocol Buffers' encoding): seven bits a byte, lowest first, the
 * top bit says that more follow; 0, -1, 1, -2 become 0, 1, 2, 3. A varint is an int32 in at most 5 bytes, a varlong an int64 in at most 10.
 *
 * Writers trust their caller for room. Readers never look past their limit, and refuse what is longer than the type allows with
 * `ERR_MILLRACE_CORRUPT`; padded encodings (a longer form of a small number) are legal. Varlongs beyond ±2^53 come back rounded.
 */
import { MillraceError } from '../errors.ts';

const TWO_POW_28 = 0x1000_0000;

/** Bytes of an int32. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < TWO_POW_28 ? 4 : 5;
}

/** Bytes of a safe integer. */
export function varlongSize(value: number): number {
  if (value >= -0x8000_0000 && value < 0x8000_0000) return varintSize(value);
  // The magnitude whose doubling is the zigzag form: 7 bits a byte, the first of which has 6.
  let rest = Math.floor((value < 0 ? -1 - value : value) / 64);
  let size = 1;
  while (rest >= 1) {
    size++;
    rest = Math.floor(rest / 128);
  }
  return size;
}

/** Writes an int32 at `position`; returns the position after it. */
export function writeVarint(bytes: Uint8Array, position: number, value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) {
    bytes[position] = zigzag;
    return position + 1;
  }
  if (zigzag < 0x4000) {
    bytes[position] = (zigzag & 0x7f) | 0x80;
    bytes[position + 1] = zigzag >>> 7;
    return position + 2;
  }
  return writeLongVarint(bytes, position, zigzag);
}

function writeLongVarint(bytes: Uint8Array, position: number, zigzag: number): number {
  let rest = zigzag;
  while (rest >= 0x80) {
    bytes[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[position] = rest;
  return position + 1;
}

/** Writes a safe integer at `position`; returns the position after it. */
export function writeVarlong(bytes: Uint8Array, position: number, value: number): number {
  if (value >= -0x8000_0000 && value < 0x8000_0000) return writeVarint(bytes, position, value);
  const negative = value < 0;
  const magnitude = negative ? -1 - value : value;
  bytes[position++] = ((magnitude % 64) << 1) | (negative ? 1 : 0) | 0x80;
  let rest = Math.floor(magnitude / 64);
  while (rest >= 128) {
    bytes[position++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[position] = rest;
  return position + 1;
}

/** Reads varints one after another from bytes[position, limit). Reusable; one user at a time. */
export class VarintReader {
  bytes: Uint8Array;
  position: number;
  limit: number;

  constructor(bytes: Uint8Array, position: number, limit: number) {
    this.bytes = bytes;
    this.position = position;
    this.limit = Math.min(limit, bytes.length);
  }

  moveTo(bytes: Uint8Array, position: number, limit: number): void {
    this.bytes = bytes;
    this.position = position;
    this.limit = Math.min(limit, bytes.length);
  }

  readVarint(): number {
    const position = this.position;
    if (position < this.limit) {
      const byte = this.bytes[position];
      if (byte < 0x80) {
        this.position = position + 1;
        return (byte >>> 1) ^ -(byte & 1);
      }
      if (position + 1 < this.limit) {
        const second = this.bytes[position + 1];
        if (second < 0x80) {
          this.position = position + 2;
          return (((byte & 0x7f) | (second << 7)) >>> 1) ^ -(byte & 1);
        }
      }
    }
    return this.#readLongVarint();
  }

  readVarlong(): number {
    const position = this.position;
    if (position < this.limit) {
      const byte = this.bytes[position];
      if (byte < 0x80) {
        this.position = position + 1;
        return (byte >>> 1) ^ -(byte & 1);
      }
    }
    return this.#readLongVarlong();
  }

  #readLongVarint(): number {
    let zigzag = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#readByte();
      if (shift === 28 && byte > 0x0f) break;
      zigzag |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    throw this.#overlong('varint', 5);
  }

  #readLongVarlong(): number {
    // Bits 0 to 27, 28 to 55 and 56 to 63 apart, since shifts work on 32 bits only.
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let count = 0; count < 10; count++) {
      const byte = this.#readByte();
      if (count === 9 && byte > 0x01) break;
      const bits = byte & 0x7f;
      if (count < 4) low |= bits << (7 * count);
      else if (count < 8) middle |= bits << (7 * (count - 4));
      else high |= bits << (7 * (count - 8));
      if (byte >= 0x80) continue;
      const magnitude = high * TWO_POW_28 * (TWO_POW_28 / 2) + middle * (TWO_POW_28 / 2) + (low >>> 1);
      return (low & 1) === 0 ? magnitude : -magnitude - 1;
    }
    throw this.#overlong('varlong', 10);
  }

  #readByte(): number {
    if (this.position < this.limit) return this.bytes[this.position++];
    throw new MillraceError('ERR_MILLRACE_CORRUPT', `a varint runs past its limit at position ${this.limit}`, {
      position: this.position,
    });
  }

  #overlong(type: string, bytesMax: number): MillraceError {
    return new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `a ${type} before position ${this.position} has more than the ${bytesMax} bytes that its type allows`,
      { position: this.position },
    );
  }
}
