/**
 * The same batch under another codec: same records, offsets, timestamps, producer fields and flags, in a buffer of its own. Only the
 * codec bits, the length and the checksum differ; the records' bytes are not decoded.
 */
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { native } from '../native.ts';
import type { CompressionName } from '../types.ts';
import { ATTRIBUTES, BATCH_LENGTH, COMPRESSION_MASK, CRC } from './batch-format.ts';
import { compressionNumber } from './codec.ts';
import { compress } from './compression.ts';
import type { RecordBatch } from './record-batch.ts';

/** Throws what `compress` and the batch's own inflating throw. The batch should have been validated. */
export function recompress(batch: RecordBatch, codec: CompressionName, level?: number): Buffer {
  const records = batch.inflatedRecords;
  // A batch that compaction emptied stays as it is: there is nothing to compress, and Kafka writes such a one without a codec.
  if (records.length === 0) return joinBatch(batch.bytes, records, 'none');
  return joinBatch(batch.bytes, compress(codec, records, level), codec);
}

/** A published batch of the header that begins `header` and these records, which `codec` made. */
export function joinBatch(header: Uint8Array, records: Uint8Array, codec: CompressionName): Buffer {
  const size = BATCH_HEADER_SIZE + records.length;
  const bytes = Buffer.allocUnsafeSlow(size);
  bytes.set(header.subarray(0, BATCH_HEADER_SIZE));
  bytes.set(records, BATCH_HEADER_SIZE);
  bytes.writeInt16BE((bytes.readInt16BE(ATTRIBUTES) & ~COMPRESSION_MASK) | compressionNumber(codec), ATTRIBUTES);
  bytes.writeInt32BE(size - BATCH_LOG_OVERHEAD, BATCH_LENGTH);
  bytes.writeUInt32BE(native.crc32c(bytes, ATTRIBUTES, size), CRC);
  return bytes;
}
