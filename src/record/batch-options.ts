/** What a batch is made with, and how that becomes its header. */
import type { Offset, Timestamp, TimestampType } from '../types.ts';
import {
  ATTRIBUTES,
  BASE_OFFSET,
  BASE_SEQUENCE,
  BASE_TIMESTAMP,
  CONTROL_BIT,
  LAST_OFFSET_DELTA,
  LEADER_EPOCH,
  LOG_APPEND_TIME_BIT,
  MAGIC,
  MAGIC_V2,
  MAX_TIMESTAMP,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  PRODUCER_EPOCH,
  PRODUCER_ID,
  RECORD_COUNT,
  TRANSACTIONAL_BIT,
} from './batch-format.ts';
import { writeInt64 } from './int64.ts';
import type { TimestampBounds } from './timestamp-range.ts';

export interface BatchOptions {
  /** Offset of the first record. */
  readonly baseOffset: Offset;
  readonly leaderEpoch: number;
  /** The time of the append: of records that bear none, and of all of them under LogAppendTime. */
  readonly timestamp: Timestamp;
  readonly timestampType: TimestampType;
  /** How far a record's own timestamp may be from the time of the append; default: any. */
  readonly timestampBounds?: TimestampBounds;
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

/** What the records of a batch add up to. */
export interface BatchContent {
  readonly count: number;
  readonly baseTimestamp: Timestamp;
  readonly maxTimestamp: Timestamp;
}

/** Writes the header of an uncompressed batch at `start`, all but its length and its checksum. */
export function writeHeader(view: DataView, start: number, options: BatchOptions, content: BatchContent): void {
  writeInt64(view, start + BASE_OFFSET, options.baseOffset);
  view.setInt32(start + LEADER_EPOCH, options.leaderEpoch);
  view.setInt8(start + MAGIC, MAGIC_V2);
  view.setInt16(start + ATTRIBUTES, attributesOf(options));
  view.setInt32(start + LAST_OFFSET_DELTA, content.count - 1);
  writeInt64(view, start + BASE_TIMESTAMP, content.baseTimestamp);
  writeInt64(view, start + MAX_TIMESTAMP, content.maxTimestamp);
  writeInt64(view, start + PRODUCER_ID, options.producerId ?? NO_PRODUCER_ID);
  view.setInt16(start + PRODUCER_EPOCH, options.producerEpoch ?? NO_PRODUCER_EPOCH);
  view.setInt32(start + BASE_SEQUENCE, options.baseSequence ?? NO_SEQUENCE);
  view.setInt32(start + RECORD_COUNT, content.count);
}

function attributesOf(options: BatchOptions): number {
  let attributes = options.timestampType === 'LogAppendTime' ? LOG_APPEND_TIME_BIT : 0;
  if (options.transactional === true) attributes |= TRANSACTIONAL_BIT;
  if (options.control === true) attributes |= CONTROL_BIT;
  return attributes;
}
