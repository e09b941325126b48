/**
 * A batch that has lost all its records, and stays for what its header says: a producer's last sequence, or the log's last offset.
 * (`DefaultRecordBatch.writeEmptyHeader`.)
 */
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { native } from '../native.ts';
import {
  ATTRIBUTES,
  BASE_TIMESTAMP,
  BATCH_LENGTH,
  COMPRESSION_MASK,
  CRC,
  DELETE_HORIZON_BIT,
  NO_TIMESTAMP,
  RECORD_COUNT,
} from '../record/batch-format.ts';
import { writeInt64 } from '../record/int64.ts';
import type { ByteWindow } from '../types.ts';

/** Writes the batch whose header begins `header`, without records, at `at`; returns its size. */
export function writeEmptyBatch(header: Uint8Array, out: ByteWindow, at: number): number {
  const { bytes, view } = out;
  bytes.set(header.subarray(0, BATCH_HEADER_SIZE), at);
  view.setInt32(at + BATCH_LENGTH, BATCH_HEADER_SIZE - BATCH_LOG_OVERHEAD);
  view.setInt16(at + ATTRIBUTES, view.getInt16(at + ATTRIBUTES) & ~(COMPRESSION_MASK | DELETE_HORIZON_BIT));
  writeInt64(view, at + BASE_TIMESTAMP, NO_TIMESTAMP);
  view.setInt32(at + RECORD_COUNT, 0);
  view.setUint32(at + CRC, native.crc32c(bytes, at + ATTRIBUTES, at + BATCH_HEADER_SIZE));
  return BATCH_HEADER_SIZE;
}
