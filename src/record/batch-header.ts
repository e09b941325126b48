/**
 * The header of a record batch as fields read out of the bytes when asked for.
 *
 * `BatchFields` is the reading; `BatchHeader` can be moved from batch to batch, so that a walk over a log allocates nothing.
 * Both promise that the fixed header lies inside the window and that the format is magic 2. Neither promises that `size` does,
 * nor that the checksum holds: RecordBatch and validateBatch do.
 */
import { MillraceError } from '../errors.ts';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import type { CompressionName, Offset, Timestamp, TimestampType } from '../types.ts';
import {
  ATTRIBUTES,
  BASE_OFFSET,
  BASE_SEQUENCE,
  BASE_TIMESTAMP,
  BATCH_LENGTH,
  CONTROL_BIT,
  CRC,
  DELETE_HORIZON_BIT,
  LAST_OFFSET_DELTA,
  LEADER_EPOCH,
  LOG_APPEND_TIME_BIT,
  MAGIC,
  MAGIC_V2,
  MAX_TIMESTAMP,
  PRODUCER_EPOCH,
  PRODUCER_ID,
  RECORD_COUNT,
  TRANSACTIONAL_BIT,
} from './batch-format.ts';
import { type ByteWindow, type Place, placeOf, showPlace } from './byte-window.ts';
import { compressionOf } from './codec.ts';
import { readInt64, readOffset } from './int64.ts';
import { smallInteger } from './small-integer.ts';

/** The shortest message of formats v0 and v1: CRC, magic, attributes, two null lengths. */
const OLD_MESSAGE_LENGTH_MIN = 14;

/** Throws unless a whole header of magic 2 stands at `position`. */
export function checkHeader(window: ByteWindow, position: number): void {
  const available = window.bytes.length - position;
  if (position < 0 || available < BATCH_HEADER_SIZE) {
    const place = placeOf(window, position);
    throw new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `${Math.max(0, available)} bytes at ${showPlace(place)}, expected a batch header of ${BATCH_HEADER_SIZE}`,
      place,
    );
  }
  const magic = window.view.getInt8(position + MAGIC);
  if (magic !== MAGIC_V2)
    throw wrongMagic(magic, window.view.getInt32(position + BATCH_LENGTH), placeOf(window, position));
}

function wrongMagic(magic: number, length: number, place: Place): MillraceError {
  // Bytes that were never written are zeros, and no message of an old format.
  if ((magic === 0 || magic === 1) && length >= OLD_MESSAGE_LENGTH_MIN) {
    return new MillraceError(
      'ERR_MILLRACE_UNSUPPORTED',
      `message format v${magic} at ${showPlace(place)}; only v2 is read, convert with Kafka < 4`,
      place,
    );
  }
  return new MillraceError(
    'ERR_MILLRACE_CORRUPT',
    `magic ${magic} at ${showPlace(place)}, expected ${MAGIC_V2}`,
    place,
  );
}

export class BatchFields {
  protected window: ByteWindow;
  protected at: number;

  constructor(window: ByteWindow, position: number) {
    checkHeader(window, position);
    this.window = window;
    this.at = smallInteger(position);
  }

  /** Where the batch begins in its window. */
  get position(): number {
    return this.at;
  }

  /** Offset of the first record that the batch was written with; compaction may have removed it. */
  get baseOffset(): Offset {
    return readOffset(this.window.view, this.at + BASE_OFFSET);
  }

  /** Offset of the last record that the batch was written with. */
  get lastOffset(): Offset {
    return this.baseOffset + this.lastOffsetDelta;
  }

  /** Where the batch after this one begins at the earliest. */
  get nextOffset(): Offset {
    return this.lastOffset + 1;
  }

  get lastOffsetDelta(): number {
    return this.window.view.getInt32(this.at + LAST_OFFSET_DELTA);
  }

  /** Bytes of the whole batch, as its length field says. */
  get size(): number {
    return this.window.view.getInt32(this.at + BATCH_LENGTH) + BATCH_LOG_OVERHEAD;
  }

  get leaderEpoch(): number {
    return this.window.view.getInt32(this.at + LEADER_EPOCH);
  }

  get magic(): number {
    return this.window.view.getInt8(this.at + MAGIC);
  }

  /** The stored CRC-32C. */
  get checksum(): number {
    return this.window.view.getUint32(this.at + CRC);
  }

  get attributes(): number {
    return this.window.view.getInt16(this.at + ATTRIBUTES);
  }

  /** Throws `ERR_MILLRACE_CORRUPT` for a codec that Kafka does not know. */
  get compression(): CompressionName {
    return compressionOf(this.attributes);
  }

  get timestampType(): TimestampType {
    return (this.attributes & LOG_APPEND_TIME_BIT) === 0 ? 'CreateTime' : 'LogAppendTime';
  }

  get isTransactional(): boolean {
    return (this.attributes & TRANSACTIONAL_BIT) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & CONTROL_BIT) !== 0;
  }

  get hasDeleteHorizon(): boolean {
    return (this.attributes & DELETE_HORIZON_BIT) !== 0;
  }

  /** What the records' timestamp deltas are relative to. */
  get baseTimestamp(): Timestamp {
    return readInt64(this.window.view, this.at + BASE_TIMESTAMP);
  }

  get maxTimestamp(): Timestamp {
    return readInt64(this.window.view, this.at + MAX_TIMESTAMP);
  }

  get producerId(): number {
    return readInt64(this.window.view, this.at + PRODUCER_ID);
  }

  get producerEpoch(): number {
    return this.window.view.getInt16(this.at + PRODUCER_EPOCH);
  }

  get baseSequence(): number {
    return this.window.view.getInt32(this.at + BASE_SEQUENCE);
  }

  /** Records in the batch now; after compaction fewer than its offsets. */
  get recordCount(): number {
    return this.window.view.getInt32(this.at + RECORD_COUNT);
  }
}

export class BatchHeader extends BatchFields {
  /** Looks at another batch from here on; throws as the constructor does, and then still looks at the old one. */
  moveTo(window: ByteWindow, position: number): void {
    checkHeader(window, position);
    this.window = window;
    this.at = smallInteger(position);
  }
}
