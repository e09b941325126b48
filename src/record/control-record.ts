/**
 * The markers that end a transaction (KIP-98; `ControlRecordType` and `EndTransactionMarker` in Kafka): a control batch of one record.
 *
 *    key:   version i16 = 0 | type i16: 0 abort, 1 commit
 *    value: version i16 = 0 | coordinator epoch i32
 */
import { MillraceError } from '../errors.ts';
import type { Offset, Timestamp } from '../types.ts';
import { encodeBatches } from './encode-batch.ts';
import type { LogRecord } from './record.ts';

export type MarkerType = 'abort' | 'commit';

/** A control record of another kind (Kafka's own metadata log has some), which readers pass over, is `other`. */
export type ControlType = MarkerType | 'other';

export interface ControlBatch {
  readonly type: MarkerType;
  /** Epoch of the transaction coordinator that decided. */
  readonly coordinatorEpoch: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseOffset: Offset;
  readonly leaderEpoch: number;
  readonly timestamp: Timestamp;
}

const KEY_SIZE = 4;
const VALUE_SIZE = 6;
const ABORT = 0;
const COMMIT = 1;
/** More than the 78 bytes that a marker's batch has. */
const CONTROL_BATCH_BYTES_MAX = 128;

/** A complete batch, ready to be appended. */
export function encodeControlBatch(marker: ControlBatch): Uint8Array {
  const key = Buffer.alloc(KEY_SIZE);
  key.writeInt16BE(marker.type === 'commit' ? COMMIT : ABORT, 2);
  const value = Buffer.alloc(VALUE_SIZE);
  value.writeInt32BE(marker.coordinatorEpoch, 2);
  const [batch] = encodeBatches([{ key, value }], {
    baseOffset: marker.baseOffset,
    leaderEpoch: marker.leaderEpoch,
    timestamp: marker.timestamp,
    timestampType: 'CreateTime',
    batchBytesMax: CONTROL_BATCH_BYTES_MAX,
    producerId: marker.producerId,
    producerEpoch: marker.producerEpoch,
    transactional: true,
    control: true,
    compression: 'none',
  });
  return batch;
}

/** The type in the key of a control record. Versions to come keep these fields, so they are read the same way. */
export function decodeControlType(key: Uint8Array | null): ControlType {
  if (key === null || key.length < KEY_SIZE) {
    throw malformed(`a key of ${key === null ? 'null' : `${key.length} bytes`}, expected ${KEY_SIZE}`);
  }
  const view = new DataView(key.buffer, key.byteOffset, KEY_SIZE);
  const version = view.getInt16(0);
  if (version < 0) throw malformed(`key version ${version}`);
  const type = view.getInt16(2);
  return type === ABORT ? 'abort' : type === COMMIT ? 'commit' : 'other';
}

/** The coordinator epoch in the value of an abort or commit marker. */
export function decodeCoordinatorEpoch(value: Uint8Array | null): number {
  if (value === null || value.length < VALUE_SIZE) {
    throw malformed(`a value of ${value === null ? 'null' : `${value.length} bytes`}, expected ${VALUE_SIZE}`);
  }
  const view = new DataView(value.buffer, value.byteOffset, VALUE_SIZE);
  const version = view.getInt16(0);
  if (version < 0) throw malformed(`value version ${version}`);
  return view.getInt32(2);
}

/** Both of a marker's facts; the coordinator epoch is -1 for control records of another kind. */
export function decodeControlRecord(record: LogRecord): {
  readonly type: ControlType;
  readonly coordinatorEpoch: number;
} {
  const type = decodeControlType(record.key);
  return { type, coordinatorEpoch: type === 'other' ? -1 : decodeCoordinatorEpoch(record.value) };
}

function malformed(found: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', `a malformed control record: ${found}`);
}
