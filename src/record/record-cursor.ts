/**
 * Walks the records of a batch without allocating: one cursor shows one record after another.
 *
 *    const cursor = batch.cursor();
 *    while (cursor.next()) use(cursor.offset, cursor.valueSize);
 *
 * Every length is checked against its record and every record against the batch before anything is read, and each step consumes
 * bytes: whatever the counts claim, a walk ends and stays inside the batch. What does not fit throws `ERR_MILLRACE_CORRUPT`.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { Offset, Timestamp } from '../types.ts';
import { showPlace } from './byte-window.ts';
import { LogRecord } from './record.ts';
import type { RecordLayout } from './record.ts';
import type { RecordHeader } from './record-headers.ts';
import { readHeaders } from './record-headers.ts';
import type { RecordSource } from './record-source.ts';
import { recordTimestamp, sourceView } from './record-source.ts';
import { smallInteger } from './small-integer.ts';
import { VarintReader } from './varint.ts';

/** A body of attributes, two deltas, two null lengths and no headers: one byte each. */
const BODY_SIZE_MIN = 6;
/** Length, attributes, two deltas and the key's length, with two bytes for each number. */
const NEAR_HEAD_SIZE_MAX = 9;

/** Bits of a byte that make it no number from 0 to 63. */
const MORE_OR_NEGATIVE = 0x81;
/** A zigzag number of two bytes whose second byte says that more follow. */
const LONG = 0x4000;
/** Bits of a zigzag number that make it none of 0 to 8,191 in one or two bytes. */
const LONG_OR_NEGATIVE = 0x4001;
/** The zigzag form of -1. */
const NULL = 1;

export class RecordCursor implements RecordLayout {
  offsetDelta = -1;
  timestampDelta = 0;
  keyPosition = 0;
  keySize = -1;
  valuePosition = 0;
  valueSize = -1;
  /** Where the present record ends and the next one begins. */
  end = 0;

  readonly #source: RecordSource;
  readonly #bytes: Uint8Array;
  readonly #limit: number = 0;
  readonly #lastOffsetDelta: number = 0;
  readonly #skipBelow: number = 0;
  #left = 0;

  constructor(source: RecordSource) {
    this.#source = source;
    this.#bytes = source.bytes;
    this.#limit = source.end;
    this.#lastOffsetDelta = source.lastOffsetDelta;
    this.#skipBelow = smallInteger(Math.max(0, source.startOffset - source.baseOffset));
    this.#left = source.recordCount;
    this.end = source.start;
  }

  /** Goes to the next record; false when there is none. */
  next(): boolean {
    return this.#readNear() || this.#readAny();
  }

  /** What the positions of keys and values are in: for who reads fields where they stand, and needs no view of each. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get offset(): Offset {
    return this.#source.baseOffset + this.offsetDelta;
  }

  get timestamp(): Timestamp {
    return recordTimestamp(this.#source, this.timestampDelta);
  }

  get key(): Buffer | null {
    return sourceView(this.#source, this.keyPosition, this.keySize);
  }

  get value(): Buffer | null {
    return sourceView(this.#source, this.valuePosition, this.valueSize);
  }

  get headers(): readonly RecordHeader[] {
    return readHeaders(this.#source, this.valuePosition + Math.max(0, this.valueSize), this.end);
  }

  /** The present record as one that stays when the cursor moves on. */
  record(): LogRecord {
    return new LogRecord(this.#source, this);
  }

  /**
   * The quick way for the common record: every number in one or two bytes, at most 63 headers, not below the start offset. Changes nothing
   * and returns false for any other, which `#readAny` then reads or refuses. Calls nothing, and stores nothing before all is known:
   * so bytes, position and bounds stay in registers.
   */
  #readNear(): boolean {
    const bytes = this.#bytes;
    let p = this.end;
    // Room for all numbers before the key: from there on the record's own end is the bound.
    if (this.#left <= 0 || p + NEAR_HEAD_SIZE_MAX > this.#limit) return false;
    let byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const end = p + (byte >>> 1);
    if ((byte & LONG_OR_NEGATIVE) !== 0 || end > this.#limit) return false;
    p++;
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    if (byte >= LONG) return false;
    const timestampDelta = (byte >>> 1) ^ -(byte & 1);
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const offsetDelta = byte >>> 1;
    if ((byte & LONG_OR_NEGATIVE) !== 0 || offsetDelta <= this.offsetDelta) return false;
    if (offsetDelta > this.#lastOffsetDelta || offsetDelta < this.#skipBelow) return false;
    let keySize = -1;
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const keyPosition = p;
    if (byte !== NULL) {
      if ((byte & LONG_OR_NEGATIVE) !== 0) return false;
      keySize = byte >>> 1;
      p += keySize;
    }
    if (p + 2 > end) return false;
    let valueSize = -1;
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const valuePosition = p;
    if (byte !== NULL) {
      if ((byte & LONG_OR_NEGATIVE) !== 0) return false;
      valueSize = byte >>> 1;
      p += valueSize;
    }
    // Twice the number of headers, and no header has less than two bytes.
    const rest = end - p - 1;
    if (rest < 0) return false;
    byte = bytes[p];
    if (byte === 0 ? rest > 0 : byte > rest || (byte & MORE_OR_NEGATIVE) !== 0) return false;
    this.#left--;
    this.offsetDelta = offsetDelta;
    this.timestampDelta = timestampDelta;
    this.keyPosition = keyPosition;
    this.keySize = keySize;
    this.valuePosition = valuePosition;
    this.valueSize = valueSize;
    this.end = end;
    return true;
  }

  /** Goes on to the next record of any shape that does not lie below the start offset; false at the end. */
  #readAny(): boolean {
    try {
      while (this.#left > 0) {
        this.#left--;
        if (this.#readRecord()) return true;
      }
      const rest = this.#limit - this.end;
      if (rest > 0) throw corrupt(`${rest} bytes follow the last record`);
      return false;
    } catch (error) {
      throw this.#placed(error);
    }
  }

  /** Reads one record; false when it lies below the start offset and was passed over. */
  #readRecord(): boolean {
    const reader = new VarintReader(this.#bytes, this.end, this.#limit);
    const size = reader.readVarint();
    const start = reader.position;
    const end = start + size;
    if (size < BODY_SIZE_MIN || end > this.#limit) {
      throw corrupt(`a length of ${size} with ${this.#limit - start} bytes left in the batch`);
    }
    // Past the attributes byte, which has no bits in use; nothing of this record is read beyond its end.
    reader.position = start + 1;
    reader.limit = end;
    const timestampDelta = reader.readVarlong();
    const offsetDelta = reader.readVarint();
    if (offsetDelta <= this.offsetDelta || offsetDelta > this.#lastOffsetDelta) {
      throw corrupt(
        `offset delta ${offsetDelta} after ${this.offsetDelta}, the batch's last is ${this.#lastOffsetDelta}`,
      );
    }
    this.offsetDelta = offsetDelta;
    this.end = end;
    if (offsetDelta < this.#skipBelow) return false;
    this.timestampDelta = timestampDelta;
    this.keySize = Math.max(-1, reader.readVarint());
    this.keyPosition = skip(reader, this.keySize);
    this.valueSize = Math.max(-1, reader.readVarint());
    this.valuePosition = skip(reader, this.valueSize);
    const headerCount = reader.readVarint();
    const rest = end - reader.position;
    if (headerCount < 0 || headerCount * 2 > rest || (headerCount === 0 && rest > 0)) {
      throw corrupt(`${headerCount} headers in ${rest} bytes`);
    }
    return true;
  }

  #placed(error: unknown): unknown {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) return error;
    const { baseOffset, place } = this.#source;
    // A walk that met corruption is over: the position inside it means nothing any more.
    this.#left = 0;
    this.end = this.#limit;
    return new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `the record after offset ${this.offset} in the batch at offset ${baseOffset}, ${showPlace(place)}, is malformed: ${error.message}`,
      { ...place, cause: error },
    );
  }
}

/** Passes over `size` bytes; returns where they begin. As in Kafka any negative size is null. */
function skip(reader: VarintReader, size: number): number {
  const { position, limit } = reader;
  if (size > 0) {
    if (size > limit - position) throw corrupt(`a field of ${size} bytes with ${limit - position} left in the record`);
    reader.position = position + size;
  }
  return position;
}

function corrupt(message: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', message);
}
