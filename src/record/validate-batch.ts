/**
 * A ready batch from elsewhere (a producer, a leader, a file) on its way into a log: looked at before it is believed, then patched
 * where it stands. Its records are neither inflated nor walked.
 */
import { MillraceError } from '../errors.ts';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { native } from '../native.ts';
import type { Offset, Timestamp } from '../types.ts';
import {
  ATTRIBUTES,
  BASE_OFFSET,
  BATCH_LENGTH,
  CRC,
  LEADER_EPOCH,
  LOG_APPEND_TIME_BIT,
  MAX_TIMESTAMP,
} from './batch-format.ts';
import { BatchHeader } from './batch-header.ts';
import type { ByteWindow } from './byte-window.ts';
import { writeInt64 } from './int64.ts';

export interface BatchValidation {
  /** Bytes of the largest batch; default: no bound but the window. */
  readonly batchBytesMax?: number;
  /**
   * The batch comes from a producer rather than from a leader or a file: it must hold one record for each of its offsets, and one that
   * names a producer must have a sequence (`LogValidator` in Kafka).
   */
  readonly fromProducer?: boolean;
  /** Accept control batches; default: false. */
  readonly allowControl?: boolean;
}

/**
 * Checks the batch at `position` of bytes up to `end`: bounds, magic, checksum, counts. Returns its size. Throws `ERR_MILLRACE_CORRUPT`,
 * `ERR_MILLRACE_TOO_LARGE`, `ERR_MILLRACE_UNSUPPORTED` (magic 0 and 1), `ERR_MILLRACE_INVALID_ARGUMENT` (a control batch, or one that is
 * whole and still none of a producer's).
 */
export function validateBatch(
  window: ByteWindow,
  position: number,
  end: number,
  options: BatchValidation = {},
): number {
  const available = Math.min(end, window.bytes.length) - position;
  if (available < BATCH_HEADER_SIZE) {
    throw corrupt(position, `${available} bytes, expected a batch header of ${BATCH_HEADER_SIZE}`);
  }
  const header = new BatchHeader(window, position);
  const { size } = header;
  if (size < BATCH_HEADER_SIZE || size > available) {
    throw corrupt(position, `a batch size of ${size}, expected ${BATCH_HEADER_SIZE} to ${available}`);
  }
  const bound = options.batchBytesMax ?? Number.POSITIVE_INFINITY;
  if (size > bound) {
    throw new MillraceError(
      'ERR_MILLRACE_TOO_LARGE',
      `a batch of ${size} bytes, more than the ${bound} that one may have`,
    );
  }
  const checksum = native.crc32c(window.bytes, position + ATTRIBUTES, position + size);
  if (checksum !== header.checksum) {
    throw corrupt(position, `checksum ${header.checksum}, the bytes give ${checksum}`);
  }
  checkCounts(header, options.fromProducer === true);
  if (header.isControl && options.allowControl !== true) {
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'a control batch, expected records');
  }
  return size;
}

function checkCounts(header: BatchHeader, fromProducer: boolean): void {
  const { position, recordCount, lastOffsetDelta } = header;
  // Reading these refuses what is out of range: an offset below 0, a codec that nobody knows.
  const { compression, nextOffset } = header;
  if (!Number.isSafeInteger(nextOffset)) throw corrupt(position, `a last offset of ${nextOffset - 1}`);
  if (recordCount < 0 || lastOffsetDelta < 0 || recordCount > lastOffsetDelta + 1) {
    throw corrupt(position, `${recordCount} records up to offset delta ${lastOffsetDelta}`);
  }
  if (compression === 'none' && recordCount > 0 && header.size === BATCH_HEADER_SIZE) {
    throw corrupt(position, `${recordCount} records in no bytes`);
  }
  if (!fromProducer) return;
  if (recordCount === 0 || recordCount !== lastOffsetDelta + 1) {
    throw notAProducers(`${recordCount} records for ${lastOffsetDelta + 1} offsets, expected one for each`);
  }
  if (header.producerId >= 0 && header.baseSequence < 0 && !header.isControl) {
    throw notAProducers(`producer ${header.producerId} with sequence ${header.baseSequence}`);
  }
}

/** Its bytes are as they were written; a producer must not write them so. */
function notAProducers(what: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `a batch of ${what}`);
}

export interface BatchPatch {
  readonly baseOffset: Offset;
  readonly leaderEpoch: number;
  /** Under LogAppendTime: the time of the append, which all records then bear. */
  readonly logAppendTime?: Timestamp;
  /** The batch's size where its length is not published yet; default: what its length says. */
  readonly size?: number;
}

/** Gives a valid batch its place in a log. Only `logAppendTime` touches bytes that the checksum covers, and then it is made anew. */
export function patchBatch(view: DataView, position: number, patch: BatchPatch): void {
  writeInt64(view, position + BASE_OFFSET, patch.baseOffset);
  view.setInt32(position + LEADER_EPOCH, patch.leaderEpoch);
  if (patch.logAppendTime === undefined) return;
  view.setInt16(position + ATTRIBUTES, view.getInt16(position + ATTRIBUTES) | LOG_APPEND_TIME_BIT);
  writeInt64(view, position + MAX_TIMESTAMP, patch.logAppendTime);
  const size = patch.size ?? view.getInt32(position + BATCH_LENGTH) + BATCH_LOG_OVERHEAD;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + position, size);
  view.setUint32(position + CRC, native.crc32c(bytes, ATTRIBUTES, size));
}

function corrupt(position: number, found: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', `at position ${position}: ${found}`, { position });
}
