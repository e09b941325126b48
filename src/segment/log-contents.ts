/**
 * What is in a file of record batches (a `.log`, or a snapshot of Kafka's metadata), as plain rows: each batch, its records if they are asked for, and
 * where the bytes are none. The names are those of Kafka's DumpLogSegments. What is whole is shown, whatever stands before it.
 *
 * Keys and values are views that hold until the next row.
 */
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import { compressionOf } from '../record/codec.ts';
import { type ControlType, decodeControlRecord } from '../record/control-record.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { LogRecord } from '../record/record.ts';
import type { CompressionName, TimestampType } from '../types.ts';
import { BatchWalk } from './batch-walk.ts';

const SEQUENCE_MAX = 0x7fff_ffff;
/** The types of control records by their numbers. (ControlRecordType.) */
const CONTROL_TYPES = [
  'ABORT',
  'COMMIT',
  'LEADER_CHANGE',
  'SNAPSHOT_HEADER',
  'SNAPSHOT_FOOTER',
  'KRAFT_VERSION',
  'KRAFT_VOTERS',
];

export interface BatchRow {
  readonly kind: 'batch';
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly baseSequence: number;
  readonly lastSequence: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly partitionLeaderEpoch: number;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly deleteHorizonMs: number | null;
  readonly position: number;
  readonly timestampType: TimestampType;
  /** The largest of its records. */
  readonly timestamp: number;
  readonly size: number;
  readonly magic: number;
  /** `unknown` where the bits name none. */
  readonly compresscodec: CompressionName | 'unknown';
  readonly crc: number;
  readonly isvalid: boolean;
}

export interface RecordRow {
  readonly kind: 'record';
  readonly offset: number;
  readonly timestampType: TimestampType;
  readonly timestamp: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly sequence: number;
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Of a control record: what it says. */
  readonly control: { readonly type: string; readonly coordinatorEpoch: number } | null;
}

/** Bytes that are not what the format says, up to the next row. */
export interface DamageRow {
  readonly kind: 'damage';
  readonly position: number;
  readonly message: string;
}

/** Zeros up to the end of the file: reserved ahead of a writer. */
export interface ReservedRow {
  readonly kind: 'reserved';
  readonly position: number;
  readonly bytes: number;
}

export type LogRow = BatchRow | RecordRow | DamageRow | ReservedRow;

export function* logContents(system: FileSystem, path: string, options: { records: boolean }): Generator<LogRow> {
  const file = system.open(path, 'r');
  try {
    const walk = new BatchWalk(file);
    do {
      while (walk.next()) yield* batchRows(walk, options.records);
      const { position, reason, bytesLeft, found } = walk.end!;
      if (reason === 'zeros') yield { kind: 'reserved', position, bytes: bytesLeft };
      else if (reason !== 'end') yield { kind: 'damage', position, message: `the file ${found}` };
    } while (walk.resume());
  } finally {
    file.close();
  }
}

function* batchRows(walk: BatchWalk, records: boolean): Generator<LogRow> {
  const { position, header, isValid } = walk;
  yield batchRow(header, position, isValid);
  if (!isValid) {
    yield {
      kind: 'damage',
      position,
      message: `the batch has checksum ${header.checksum}, which its bytes do not give`,
    };
  } else if (records) {
    try {
      const { batch } = walk;
      for (const record of batch) yield recordRow(batch, record);
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      yield { kind: 'damage', position, message: error.message };
    }
  }
}

function batchRow(header: BatchHeader, position: number, isvalid: boolean): BatchRow {
  const { baseSequence, lastOffsetDelta } = header;
  return {
    kind: 'batch',
    baseOffset: header.baseOffset,
    lastOffset: header.lastOffset,
    count: header.recordCount,
    baseSequence,
    lastSequence: sequenceAfter(baseSequence, lastOffsetDelta),
    producerId: header.producerId,
    producerEpoch: header.producerEpoch,
    partitionLeaderEpoch: header.leaderEpoch,
    isTransactional: header.isTransactional,
    isControl: header.isControl,
    deleteHorizonMs: header.hasDeleteHorizon ? header.baseTimestamp : null,
    position,
    timestampType: header.timestampType,
    timestamp: header.maxTimestamp,
    size: header.size,
    magic: header.magic,
    compresscodec: codecOf(header.attributes),
    crc: header.checksum,
    isvalid,
  };
}

function recordRow(batch: RecordBatch, record: LogRecord): RecordRow {
  const { offset, timestamp, keySize, valueSize, key, value, headers } = record;
  return {
    kind: 'record',
    offset,
    timestampType: batch.timestampType,
    timestamp,
    keySize,
    valueSize,
    sequence: sequenceAfter(batch.baseSequence, offset - batch.baseOffset),
    headers,
    key,
    value,
    control: batch.isControl ? controlOf(record) : null,
  };
}

function controlOf(record: LogRecord): { type: string; coordinatorEpoch: number } {
  const { type, coordinatorEpoch } = decodeControlRecord(record);
  return { type: controlName(type, record.key!), coordinatorEpoch };
}

function controlName(type: ControlType, key: Buffer): string {
  const number = key.readInt16BE(2);
  return type === 'other' ? (CONTROL_TYPES[number] ?? `UNKNOWN(${number})`) : type.toUpperCase();
}

/** Sequence numbers begin again at 0 after 2^31 - 1; a batch without a producer has none. (DefaultRecordBatch.incrementSequence.) */
function sequenceAfter(sequence: number, steps: number): number {
  if (sequence < 0) return -1;
  const sum = sequence + steps;
  return sum <= SEQUENCE_MAX ? sum : sum - SEQUENCE_MAX - 1;
}

function codecOf(attributes: number): CompressionName | 'unknown' {
  try {
    return compressionOf(attributes);
  } catch {
    // A damaged batch: its checksum does not fit either.
    return 'unknown';
  }
}
