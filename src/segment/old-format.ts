/**
 * Tells a message of format 0 or 1 (before Kafka 0.11) from damage that happens to look like one.
 *
 *     0        8      12    16      17
 *     | offset | size | crc | magic | attributes, ... |     crc is the CRC-32 (zlib's) from magic to the end of the message
 *
 * Recovery cuts a log at bytes that are no batch. A log that an old Kafka wrote is none of ours to cut: it is refused by name instead.
 */
import type * as Zlib from 'node:zlib';
import { MillraceError } from '../errors.ts';
import type { LogFile } from '../file/file-system.ts';
import { BATCH_BYTES_MAX, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { BATCH_LENGTH, MAGIC } from '../record/batch-format.ts';
import { lazily, requirePackage } from '../lazy-module.ts';

const zlib = lazily(() => requirePackage('node:zlib') as typeof Zlib);

const MESSAGE_SIZE_MIN = 14;
const CHECKSUM = BATCH_LOG_OVERHEAD;

/** Throws ERR_MILLRACE_UNSUPPORTED when a whole message of an old format stands at `position` of a file of `size` bytes. */
export function refuseOldFormat(file: LogFile, position: number, size: number): void {
  const head = Buffer.alloc(MAGIC + 1);
  if (file.read(head, 0, head.length, position) < head.length) return;
  const magic = head.readInt8(MAGIC);
  const length = head.readInt32BE(BATCH_LENGTH);
  if (magic < 0 || magic > 1 || length < MESSAGE_SIZE_MIN || length > BATCH_BYTES_MAX) return;
  const end = position + BATCH_LOG_OVERHEAD + length;
  if (end > size) return;
  const covered = Buffer.allocUnsafe(end - position - MAGIC);
  if (file.read(covered, 0, covered.length, position + MAGIC) < covered.length) return;
  if (zlib().crc32(covered) !== head.readUInt32BE(CHECKSUM)) return;
  const { path } = file;
  throw new MillraceError(
    'ERR_MILLRACE_UNSUPPORTED',
    `${path} at ${position} has message format v${magic}; only v2 is read, convert with Kafka < 4`,
    { path, position },
  );
}
