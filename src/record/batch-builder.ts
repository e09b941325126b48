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
import type { Offset, RecordInput, Timestamp } from '../types.ts';
import { ATTRIBUTES, BATCH_LENGTH, CRC, NO_TIMESTAMP } from './batch-format.ts';
import { writeHeader, type BatchContent, type BatchOptions } from './batch-options.ts';
import type { ByteWindow } from './byte-window.ts';
import { COPY_LOOP_BYTES_MAX } from './copy-bytes.ts';
import { HeaderList } from './header-list.ts';
import { fieldLength, fieldSize, lengthOf, NULL_LENGTH, writeField } from './record-field.ts';
import { isInRange, outOfRange } from './timestamp-range.ts';
import { varintSize, varlongSize, writeVarint, writeVarlong } from './varint.ts';

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

/** Attributes byte and empty header list. */
const PLAIN_BODY_FIXED_SIZE = 2;
const NULL_LENGTH_BYTE = 1;

export class BatchBuilder implements BatchContent {
  /** Set by `append`. */
  stop: BatchStop = 'none';
  /** When `append` stopped early: the size of the batch with the record that did not fit. */
  needed = 0;
  /** `append` was left by a throw of a caller's getter: bytes may have been written that `size` does not cover. */
  isTorn = false;

  #bytes = EMPTY.bytes;
  #view = EMPTY.view;
  #start = 0;
  #position = 0;
  /** Where the next record must end at the latest: the nearer of window and batch bound. */
  #limit = 0;
  #options = UNUSED;
  #timestamp = 0;
  /** What a record's own timestamp may be, from the time of the append on. */
  #earliest = NO_TIMESTAMP;
  #latest = Number.MAX_SAFE_INTEGER;
  #count = 0;
  #baseTimestamp = NO_TIMESTAMP;
  #maxTimestamp = NO_TIMESTAMP;
  readonly #headers = new HeaderList();

  /** Begins a batch at `position`; it may use the window up to `end`. */
  begin(window: ByteWindow, position: number, end: number, options: BatchOptions): void {
    assert(position >= 0 && end <= window.bytes.length, 'a batch outside its window:', position, end);
    assert(Number.isSafeInteger(options.timestamp) && options.timestamp >= NO_TIMESTAMP, 'a batch without a time');
    this.#bytes = window.bytes;
    this.#view = window.view;
    this.#start = position;
    this.#position = position + BATCH_HEADER_SIZE;
    this.#limit = Math.min(end, position + options.batchBytesMax);
    this.#options = options;
    this.setTime(options.timestamp);
    this.#count = 0;
    this.#baseTimestamp = NO_TIMESTAMP;
    this.#maxTimestamp = NO_TIMESTAMP;
    this.stop = 'none';
    this.needed = 0;
    this.isTorn = false;
  }

  /** Another time of the append, from the next record on: a batch that is filled bit by bit. Under LogAppendTime the last one counts. */
  setTime(timestamp: Timestamp): void {
    this.#timestamp = timestamp;
    const { timestampBounds } = this.#options;
    if (timestampBounds === undefined) {
      this.#earliest = NO_TIMESTAMP;
      this.#latest = Number.MAX_SAFE_INTEGER;
    } else {
      this.#earliest = Math.max(NO_TIMESTAMP, timestamp - timestampBounds.timestampBeforeMaxMs);
      this.#latest = Math.min(Number.MAX_SAFE_INTEGER, timestamp + timestampBounds.timestampAfterMaxMs);
    }
  }

  /**
   * Encodes records[from] and what follows it, up to `to`; returns the index of the first one that was not encoded. When that is not the end,
   * `stop` says why and `needed` how large the batch would have become. Throws `ERR_MILLRACE_INVALID_ARGUMENT` for a record
   * that cannot be one, `ERR_MILLRACE_TOO_LARGE` for one that no batch can hold.
   */
  append(records: readonly RecordInput[], from: number, to = records.length): number {
    this.stop = 'none';
    let index = from;
    for (;;) {
      this.isTorn = true;
      index = this.#appendPlain(records, index, to);
      this.isTorn = false;
      if (index >= to || !this.#appendRecord(records[index], index)) return index;
      index++;
    }
  }

  /** The bytes written so far stand at `position` of another window from here on. */
  rebase(window: ByteWindow, position: number, end: number): void {
    const size = this.#position - this.#start;
    assert(position >= 0 && position + size <= end && end <= window.bytes.length, 'a rebase of', size, 'to', position);
    this.#bytes = window.bytes;
    this.#view = window.view;
    this.#start = position;
    this.#position = position + size;
    this.#limit = Math.min(end, position + this.#options.batchBytesMax);
  }

  /** Writes the header, all but the length, and the checksum; returns the size of the batch. */
  finish(): number {
    assert(this.#count > 0, 'a batch without records');
    const start = this.#start;
    writeHeader(this.#view, start, this.#options, this);
    this.#view.setUint32(start + CRC, native.crc32c(this.#bytes, start + ATTRIBUTES, this.#position));
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

  /** The first record's own timestamp. */
  get baseTimestamp(): Timestamp {
    return this.#baseTimestamp;
  }

  /** What the header will say: the largest timestamp, or the time of the append under LogAppendTime. */
  get maxTimestamp(): Timestamp {
    return this.#options.timestampType === 'LogAppendTime' ? this.#timestamp : this.#maxTimestamp;
  }

  /**
   * The hot loop, for records without headers. Returns the index of the first record that has some, or is no record, or does not fit:
   * `#appendRecord` deals with that one. Nothing but a getter of the caller's throws here.
   */
  #appendPlain(records: readonly RecordInput[], from: number, to: number): number {
    const bytes = this.#bytes;
    const limit = this.#limit;
    const now = this.#timestamp;
    let count = this.#count;
    let position = this.#position;
    let maxTimestamp = this.#maxTimestamp;
    let baseTimestamp = this.#baseTimestamp;
    let index = from;
    for (; index < to; index++) {
      const record = records[index];
      if (record === null || typeof record !== 'object' || record.headers !== undefined) break;
      const { key, value, timestamp = now } = record;
      if (timestamp !== now && !this.#isAllowed(timestamp)) break;
      let keyLength = NULL_LENGTH;
      if (key !== undefined && key !== null) {
        keyLength = lengthOf(key);
        if (keyLength < NULL_LENGTH) break;
      }
      const isBytes = value instanceof Uint8Array;
      const valueLength = isBytes ? value.length : lengthOf(value);
      if (valueLength < NULL_LENGTH) break;
      if (count === 0) baseTimestamp = timestamp;
      const delta = timestamp - baseTimestamp;
      // Most deltas are one byte; asking first saves a fifth of the whole loop's time, measured.
      const near = delta >= -64 && delta < 64;
      const deltas = (near ? 1 : varlongSize(delta)) + varintSize(count);
      const keySize = keyLength < 0 ? 1 : fieldSize(keyLength);
      const body = PLAIN_BODY_FIXED_SIZE + deltas + keySize + fieldSize(valueLength);
      if (position + varintSize(body) + body > limit) break;
      position = writeVarint(bytes, position, body);
      bytes[position++] = 0;
      if (near) bytes[position++] = (delta << 1) ^ (delta >> 31);
      else position = writeVarlong(bytes, position, delta);
      position = writeVarint(bytes, position, count);
      if (keyLength < 0) bytes[position++] = NULL_LENGTH_BYTE;
      else position = writeField(bytes, position, key, keyLength);
      if (isBytes && valueLength > COPY_LOOP_BYTES_MAX) {
        position = writeVarint(bytes, position, valueLength);
        bytes.set(value, position);
        position += valueLength;
      } else position = writeField(bytes, position, value, valueLength);
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

  #isAllowed(timestamp: unknown): boolean {
    return (
      Number.isSafeInteger(timestamp) &&
      (timestamp as number) >= this.#earliest &&
      (timestamp as number) <= this.#latest
    );
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
    const { timestampBounds } = this.#options;
    if (timestampBounds !== undefined && !isInRange(timestamp, this.#timestamp, timestampBounds))
      throw outOfRange(`records[${index}]`, timestamp, this.#timestamp, timestampBounds);
    const count = this.#count;
    const delta = count === 0 ? 0 : timestamp - this.#baseTimestamp;
    const keyLength = fieldLength(key, 'key', index);
    const valueLength = fieldLength(value, 'value', index);
    const list = this.#headers;
    list.take(headers, index);
    const tail = 1 + fieldSize(keyLength) + fieldSize(valueLength) + list.size;
    const body = tail + varlongSize(delta) + varintSize(count);
    let position = this.#position;
    if (position + varintSize(body) + body > this.#limit) return this.#refuse(tail, body, index);
    const bytes = this.#bytes;
    this.isTorn = true;
    position = writeVarint(bytes, position, body);
    bytes[position] = 0;
    position = writeVarlong(bytes, position + 1, delta);
    position = writeVarint(bytes, position, count);
    position = writeField(bytes, position, key, keyLength);
    position = writeField(bytes, position, value, valueLength);
    this.#position = list.write(bytes, position);
    this.isTorn = false;
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
