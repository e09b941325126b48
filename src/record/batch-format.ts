/**
 * Where everything stands in a record batch of magic 2, Kafka's format since 0.11 (KIP-98; `DefaultRecordBatch` in Kafka).
 * Numbers are big-endian. Positions are relative to the batch's first byte.
 *
 *    0        8      12      16 17    21    23        27             35            43
 *    | base   | batch | leader | m |     | at- | last   | base         | max         |
 *    | offset | length| epoch  | a | CRC | tri-| offset | timestamp    | timestamp   |
 *    | i64    | i32   | i32    | g | u32 | but.| delta  | i64          | i64         |
 *    43       51      53      57      61
 *    | producer| pro-  | base    | record | records: one after another, or, when a codec is named in
 *    | id      | ducer | sequence| count  | the attributes, all of them compressed as one piece
 *    | i64     | ep.i16| i32     | i32    |
 *
 * `batchLength` counts what follows it: size = batchLength + 12. The CRC is CRC-32C of everything from `attributes` to the end, so
 * base offset, length, leader epoch and magic are not covered: a broker patches the first and the third without a new checksum.
 *
 * A record (`DefaultRecord` in Kafka); varints are zigzag, a null key or value has length -1:
 *
 *    length varint | attributes i8 = 0 | timestampDelta varlong | offsetDelta varint
 *    | keyLength varint | key | valueLength varint | value | headerCount varint | headers
 *    header: keyLength varint | key (UTF-8) | valueLength varint | value
 */
import { BATCH_HEADER_SIZE } from '../limits.ts';

export const BASE_OFFSET = 0;
export const BATCH_LENGTH = 8;
export const LEADER_EPOCH = 12;
export const MAGIC = 16;
export const CRC = 17;
export const ATTRIBUTES = 21;
export const LAST_OFFSET_DELTA = 23;
export const BASE_TIMESTAMP = 27;
export const MAX_TIMESTAMP = 35;
export const PRODUCER_ID = 43;
export const PRODUCER_EPOCH = 51;
export const BASE_SEQUENCE = 53;
export const RECORD_COUNT = 57;
export const RECORDS: number = BATCH_HEADER_SIZE;

export const MAGIC_V2 = 2;

/** Attribute bits 0 to 2: the codec; `compressionNames` (codec.ts) gives the names. */
export const COMPRESSION_MASK = 0x07;
/** Attribute bit 3: all records bear the time of the append, which stands in `maxTimestamp`. */
export const LOG_APPEND_TIME_BIT = 0x08;
export const TRANSACTIONAL_BIT = 0x10;
/** Attribute bit 5: the batch holds a marker for readers and the broker, not data. */
export const CONTROL_BIT = 0x20;
/** Attribute bit 6: `baseTimestamp` is the time after which compaction may drop tombstones and markers (KIP-534). */
export const DELETE_HORIZON_BIT = 0x40;

export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;
export const NO_TIMESTAMP = -1;
