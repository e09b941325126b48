/**
 * Encodes records into a batch where it will stay: in a window that the caller provides, mostly the mapped tail of a log.
 *
 * One builder serves any number of batches, one after another, and allocates nothing for a record or a batch. Every record is
 * measured before a byte of it is written, so one that does not fit leaves no trace. A record that cannot be one throws, and
 * then the window holds a piece of a batch: the caller zeroes it. Until `publishBatch` writes the length, a reader sees no batch.
 *
 * Not safe for two users at once; records must not change while `append` runs.
 */
import { assert } from '../assert.ts';
import { invalidArgument, MillraceError } from '../errors.ts';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { native } from '../native.ts';
import type { Offset, RecordInput, Timestamp, TimestampType } from '../types.ts';
import {
  ATTRIBUTES,
  BASE_OFFSET,
  BASE_SEQUENCE,
  BASE_TIMESTAMP,
  BATCH_LENGTH,
  CONTROL_BIT,
  CRC,
  LAST_OFFSET_DELTA,
  LEADER_EPOCH,
  LOG_APPEND_TIME_BIT,
  MAGIC,
  MAGIC_V2,
  MAX_TIMESTAMP,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  PRODUCER_EPOCH,
  PRODUCER_ID,
  RECORD_COUNT,
  TRANSACTIONAL_BIT,
} from './batch-format.ts';
import type { ByteWindow } from './byte-window.ts';
import { COPY_LOOP_BYTES_MAX, copyBytes } from './copy-bytes.ts';
import { HeaderList } from './header-list.ts';
import { fieldLength, writeField } from './record-field.ts';
import { varintSize, varlongSize, writeVarint, writeVarlong } from './varint.ts';
import { writeInt64 } from './int64.ts';

export interface BatchOptions {
  /** Offset of the first record. */
  readonly baseOffset: Offset;
  readonly leaderEpoch: number;
  /** The time of the append: of records that bear none, and of all of them under LogAppendTime. */
  readonly timestamp: Timestamp;
  readonly timestampType: TimestampType;
  /** Bytes of the largest batch, header included. */
  readonly batchBytesMax: number;
  /** An idempotent producer's id, epoch and the sequence of the first record; -1 where there is none. */
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  /** The batch holds a marker (control-record.ts), not data. */
  readonly control?: boolean;
}

/** Why `append` stopped early: the next record does not fit into the window, or into the batch. */
export type BatchStop = 'none' | 'window' | 'batch';

const EMPTY: ByteWindow = { bytes: Buffer.alloc(0), view: new DataView(new ArrayBuffer(0)) };
const UNUSED: BatchOptions = {
  baseOffset: 0,
  leaderEpoch: -1,
  timestamp: 0,
  timestampType: 'CreateTime',
  batchBytesMax: 0,
};

/** Attributes byte, null key and empty header list of a record that has neither key nor headers. */
const PLAIN_BODY_FIXED_SIZE = 3;
const NULL_LENGTH_BYTE = 1;

export class BatchBuilder {
  /** Set by `append`. */
  stop: BatchStop = 'none';
  /** When `append` stopped early: the size of the batch with the record that did not fit. */
  needed = 0;

  #bytes = EMPTY.bytes;
  #view = EMPTY.view;
  #start = 0;
  #position = 0;
  /** Where the next record must end at the latest: the nearer of window and batch bound. */
  #limit = 0;
  #options = UNUSED;
  #timestamp = 0;
  #count = 0;
  #baseTimestamp = NO_TIMESTAMP;
  #maxTimestamp = NO_TIMESTAMP;
  readonly #headers = new HeaderList();

  /** Begins a batch at `position`; it may use the window up to `end`. */
  begin(window: ByteWindow, position: number, end: number, options: BatchOptions): void {
    assert(position >= 0 && end <= window.bytes.length, `a batch in [${position}, ${end}) of ${window.bytes.length}`);
    assert(Number.isSafeInteger(options.timestamp) && options.timestamp >= NO_TIMESTAMP, 'a batch without a time');
    this.#bytes = window.bytes;
    this.#view = window.view;
    this.#start = position;
    this.#position = position + BATCH_HEADER_SIZE;
    this.#limit = Math.min(end, position + options.batchBytesMax);
    this.#options = options;
    this.#timestamp = options.timestamp;
    this.#count = 0;
    this.#baseTimestamp = NO_TIMESTAMP;
    this.#maxTimestamp = NO_TIMESTAMP;
    this.stop = 'none';
    this.needed = 0;
  }

  /**
   * Encodes records[from] and what follows it; returns the index of the first one that was not encoded. When that is not the end,
   * `stop` says why and `needed` how large the batch would have become. Throws `ERR_MILLRACE_INVALID_ARGUMENT` for a record
   * that cannot be one, `ERR_MILLRACE_TOO_LARGE` for one that no batch can hold.
   */
  append(records: readonly RecordInput[], from: number): number {
    this.stop = 'none';
    let index = from;
    for (;;) {
      index = this.#appendValues(records, index);
      if (index >= records.length || !this.#appendRecord(records[index], index)) return index;
      index++;
    }
  }

  /** The bytes written so far stand at `position` of another window from here on. */
  rebase(window: ByteWindow, position: number, end: number): void {
    const size = this.#position - this.#start;
    assert(position >= 0 && position + size <= end && end <= window.bytes.length, `rebase of ${size} to ${position}`);
    this.#bytes = window.bytes;
    this.#view = window.view;
    this.#start = position;
    this.#position = position + size;
    this.#limit = Math.min(end, position + this.#options.batchBytesMax);
  }

  /** Writes the header, all but the length, and the checksum; returns the size of the batch. */
  finish(): number {
    assert(this.#count > 0, 'a batch without records');
    const view = this.#view;
    const start = this.#start;
    const options = this.#options;
    writeInt64(view, start + BASE_OFFSET, options.baseOffset);
    view.setInt32(start + LEADER_EPOCH, options.leaderEpoch);
    view.setInt8(start + MAGIC, MAGIC_V2);
    view.setInt16(start + ATTRIBUTES, attributesOf(options));
    view.setInt32(start + LAST_OFFSET_DELTA, this.#count - 1);
    writeInt64(view, start + BASE_TIMESTAMP, this.#baseTimestamp);
    writeInt64(view, start + MAX_TIMESTAMP, this.maxTimestamp);
    writeInt64(view, start + PRODUCER_ID, options.producerId ?? NO_PRODUCER_ID);
    view.setInt16(start + PRODUCER_EPOCH, options.producerEpoch ?? NO_PRODUCER_EPOCH);
    view.setInt32(start + BASE_SEQUENCE, options.baseSequence ?? NO_SEQUENCE);
    view.setInt32(start + RECORD_COUNT, this.#count);
    view.setUint32(start + CRC, native.crc32c(this.#bytes, start + ATTRIBUTES, this.#position));
    return this.size;
  }

  /** Where the batch begins in its window. */
  get position(): number {
    return this.#start;
  }

  /** Bytes so far, header included. */
  get size(): number {
    return this.#position - this.#start;
  }

  get count(): number {
    return this.#count;
  }

  /** Offset of the last record so far; one below the base offset when there is none. */
  get lastOffset(): Offset {
    return this.#options.baseOffset + this.#count - 1;
  }

  get maxTimestamp(): Timestamp {
    return this.#options.timestampType === 'LogAppendTime' ? this.#timestamp : this.#maxTimestamp;
  }

  /**
   * The hot loop, for the common record: a value of bytes, no key, no headers. Returns the index of the first record that is not such a
   * one, or does not fit: `#appendRecord` deals with that one.
   */
  #appendValues(records: readonly RecordInput[], from: number): number {
    const { length } = records;
    const bytes = this.#bytes;
    const limit = this.#limit;
    const now = this.#timestamp;
    let count = this.#count;
    let position = this.#position;
    let maxTimestamp = this.#maxTimestamp;
    let baseTimestamp = this.#baseTimestamp;
    let index = from;
    for (; index < length; index++) {
      const record = records[index];
      if (record === null || typeof record !== 'object') break;
      const { value, key } = record;
      if (!(value instanceof Uint8Array) || (key !== undefined && key !== null) || record.headers !== undefined) break;
      const { timestamp = now } = record;
      if (timestamp !== now && !isTimestamp(timestamp)) break;
      if (count === 0) baseTimestamp = timestamp;
      const delta = timestamp - baseTimestamp;
      const size = value.length;
      // Most deltas are one byte; asking first saves a quarter of the whole loop's time, measured.
      const near = delta >= -64 && delta < 64;
      const deltas = (near ? 1 : varlongSize(delta)) + varintSize(count);
      const body = PLAIN_BODY_FIXED_SIZE + deltas + varintSize(size) + size;
      if (position + varintSize(body) + body > limit) break;
      position = writeVarint(bytes, position, body);
      bytes[position++] = 0;
      if (near) bytes[position++] = (delta << 1) ^ (delta >> 31);
      else position = writeVarlong(bytes, position, delta);
      position = writeVarint(bytes, position, count);
      bytes[position] = NULL_LENGTH_BYTE;
      position = writeVarint(bytes, position + 1, size);
      if (size > COPY_LOOP_BYTES_MAX) bytes.set(value, position);
      else copyBytes(bytes, position, value);
      position += size;
      bytes[position++] = 0;
      if (timestamp > maxTimestamp) maxTimestamp = timestamp;
      count++;
    }
    this.#count = count;
    this.#position = position;
    this.#maxTimestamp = maxTimestamp;
    this.#baseTimestamp = baseTimestamp;
    return index;
  }

  /** Any record; false when it does not fit. */
  #appendRecord(record: RecordInput, index: number): boolean {
    if (record === null || typeof record !== 'object') {
      throw invalidArgument(`records[${index}]`, 'an object with key, value, headers or timestamp', record);
    }
    const { key, value, headers, timestamp = this.#timestamp } = record;
    if (!isTimestamp(timestamp)) {
      throw invalidArgument(`records[${index}].timestamp`, 'a whole number of milliseconds or -1', timestamp);
    }
    const count = this.#count;
    const delta = count === 0 ? 0 : timestamp - this.#baseTimestamp;
    const keyLength = fieldLength(key, 'key', index);
    const valueLength = fieldLength(value, 'value', index);
    const list = this.#headers;
    list.take(headers, index);
    const lengths = 1 + varintSize(keyLength) + varintSize(valueLength) + list.size;
    const tail = lengths + Math.max(0, keyLength) + Math.max(0, valueLength);
    const body = tail + varlongSize(delta) + varintSize(count);
    let position = this.#position;
    if (position + varintSize(body) + body > this.#limit) return this.#refuse(tail, body, index);
    const bytes = this.#bytes;
    position = writeVarint(bytes, position, body);
    bytes[position] = 0;
    position = writeVarlong(bytes, position + 1, delta);
    position = writeVarint(bytes, position, count);
    position = writeField(bytes, position, key, keyLength);
    position = writeField(bytes, position, value, valueLength);
    this.#position = list.write(bytes, position);
    if (count === 0) this.#baseTimestamp = timestamp;
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp;
    this.#count = count + 1;
    return true;
  }

  /** Says why a record of `body` bytes does not fit. `tail` is `body` without the two deltas, which are one byte each in a batch of its own. */
  #refuse(tail: number, body: number, index: number): false {
    const bound = this.#options.batchBytesMax;
    const alone = BATCH_HEADER_SIZE + varintSize(tail + 2) + tail + 2;
    if (alone > bound) {
      throw new MillraceError(
        'ERR_MILLRACE_TOO_LARGE',
        `records[${index}] needs a batch of ${alone} bytes, more than the ${bound} that one may have`,
      );
    }
    this.needed = this.#position - this.#start + varintSize(body) + body;
    this.stop = this.needed > bound ? 'batch' : 'window';
    return false;
  }
}

/** Makes a finished batch visible: writes its length. */
export function publishBatch(view: DataView, position: number, size: number): void {
  view.setInt32(position + BATCH_LENGTH, size - BATCH_LOG_OVERHEAD);
}

function isTimestamp(value: unknown): value is Timestamp {
  return Number.isSafeInteger(value) && (value as number) >= NO_TIMESTAMP;
}

function attributesOf(options: BatchOptions): number {
  let attributes = options.timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_BIT : 0;
  if (options.transactional === true) attributes |= TRANSACTIONAL_BIT;
  if (options.control === true) attributes |= CONTROL_BIT;
  return attributes;
}
