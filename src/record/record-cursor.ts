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
import { VarintReader } from './varint.ts';

/** A body of attributes, two deltas, two null lengths and no headers: one byte each. */
const BODY_SIZE_MIN = 6;
/** Length, attributes, two deltas and the key's length, with two bytes for each number. */
const NEAR_HEAD_SIZE_MAX = 9;

export class RecordCursor implements RecordLayout {
  offsetDelta = -1;
  timestampDelta = 0;
  keyPosition = 0;
  keySize = -1;
  valuePosition = 0;
  valueSize = -1;
  headersPosition = 0;
  end = 0;

  readonly #source: RecordSource;
  readonly #reader: VarintReader;
  readonly #skipBelow: number;
  #left: number;

  constructor(source: RecordSource) {
    this.#source = source;
    this.#reader = new VarintReader(source.bytes, source.start, source.end);
    this.#left = source.recordCount;
    this.#skipBelow = source.startOffset - source.baseOffset;
  }

  /** Goes to the next record; false when there is none. */
  next(): boolean {
    try {
      while (this.#left > 0) {
        this.#left--;
        if (this.#readNear() || this.#readAny()) return true;
      }
      const rest = this.#source.end - this.#reader.position;
      if (rest > 0) throw corrupt(`${rest} bytes follow the last record`);
      return false;
    } catch (error) {
      throw this.#placed(error);
    }
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
    return readHeaders(this.#source, this.headersPosition, this.end);
  }

  /** The present record as one that stays when the cursor moves on. */
  record(): LogRecord {
    return new LogRecord(this.#source, this);
  }

  /**
   * The quick way for the common record: every number in one or two bytes, no headers, not below the start offset. Changes nothing
   * and returns false for any other, which `#readAny` then reads or refuses. Half of `#readAny`'s time, since the position stays in a register.
   */
  #readNear(): boolean {
    const source = this.#source;
    const { bytes } = source;
    const reader = this.#reader;
    let p = reader.position;
    // Room for all numbers before the key: from there on the record's own end is the bound.
    if (p + NEAR_HEAD_SIZE_MAX > source.end) return false;
    let byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const end = p + (byte >>> 1);
    if (byte >= 0x4000 || (byte & 1) === 1 || end > source.end) return false;
    p++;
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    if (byte >= 0x4000) return false;
    const timestampDelta = (byte >>> 1) ^ -(byte & 1);
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const offsetDelta = byte >>> 1;
    if (byte >= 0x4000 || (byte & 1) === 1 || offsetDelta <= this.offsetDelta) return false;
    if (offsetDelta > source.lastOffsetDelta || offsetDelta < this.#skipBelow) return false;
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const keySize = (byte >>> 1) ^ -(byte & 1);
    const keyPosition = p;
    if (keySize > 0) p += keySize;
    if (byte >= 0x4000 || keySize < -1 || p + 2 > end) return false;
    byte = bytes[p++];
    if (byte >= 0x80) byte = (byte & 0x7f) | (bytes[p++] << 7);
    const valueSize = (byte >>> 1) ^ -(byte & 1);
    const valuePosition = p;
    if (valueSize > 0) p += valueSize;
    // The last byte must be the count of no headers.
    if (byte >= 0x4000 || valueSize < -1 || p + 1 !== end || bytes[p] !== 0) return false;
    this.timestampDelta = timestampDelta;
    this.offsetDelta = offsetDelta;
    this.keyPosition = keyPosition;
    this.keySize = keySize;
    this.valuePosition = valuePosition;
    this.valueSize = valueSize;
    this.headersPosition = p;
    this.end = end;
    reader.position = end;
    return true;
  }

  /** Reads one record of any shape; false when it lies below the start offset and was passed over. */
  #readAny(): boolean {
    const source = this.#source;
    const reader = this.#reader;
    const size = reader.readVarint();
    const start = reader.position;
    const end = start + size;
    if (size < BODY_SIZE_MIN || end > source.end) {
      throw corrupt(`a length of ${size} with ${source.end - start} bytes left in the batch`);
    }
    // Past the attributes byte, which has no bits in use; nothing of this record is read beyond its end.
    reader.position = start + 1;
    reader.limit = end;
    const timestampDelta = reader.readVarlong();
    const offsetDelta = reader.readVarint();
    if (offsetDelta <= this.offsetDelta || offsetDelta > source.lastOffsetDelta) {
      throw corrupt(
        `offset delta ${offsetDelta} after ${this.offsetDelta}, the batch's last is ${source.lastOffsetDelta}`,
      );
    }
    this.offsetDelta = offsetDelta;
    const wanted = offsetDelta >= this.#skipBelow;
    if (wanted) {
      this.timestampDelta = timestampDelta;
      this.keySize = Math.max(-1, reader.readVarint());
      this.keyPosition = this.#skip(this.keySize, end);
      this.valueSize = Math.max(-1, reader.readVarint());
      this.valuePosition = this.#skip(this.valueSize, end);
      this.headersPosition = reader.position;
      this.end = end;
      const headerCount = reader.readVarint();
      const rest = end - reader.position;
      if (headerCount < 0 || headerCount * 2 > rest || (headerCount === 0 && rest > 0)) {
        throw corrupt(`${headerCount} headers in ${rest} bytes`);
      }
    }
    reader.position = end;
    reader.limit = source.end;
    return wanted;
  }

  /** Passes over `size` bytes; returns where they begin. As in Kafka any negative size is null. */
  #skip(size: number, end: number): number {
    const position = this.#reader.position;
    if (size > 0) {
      if (size > end - position) throw corrupt(`a field of ${size} bytes with ${end - position} left in the record`);
      this.#reader.position = position + size;
    }
    return position;
  }

  #placed(error: unknown): unknown {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) return error;
    const { baseOffset, place } = this.#source;
    // A walk that met corruption is over: the position inside it means nothing any more.
    this.#left = 0;
    this.#reader.position = this.#source.end;
    return new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `the record after offset ${this.offset} in the batch at offset ${baseOffset}, ${showPlace(place)}, is malformed: ${error.message}`,
      { ...place, cause: error },
    );
  }
}

function corrupt(message: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', message);
}
