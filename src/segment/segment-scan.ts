/**
 * Walks the batches of a `.log` from a position on, checking each, and tells where the valid part ends and why.
 *
 * Reads through a small buffer rather than a mapping: a bad sector is then an error with a name, not a signal; a file that another process
 * cuts meanwhile is a short read; and bytes that fit into the processor's cache are checked right after they were copied there.
 */
import type { LogFile } from '../file/file-system.ts';
import { BATCH_BYTES_MAX, BATCH_HEADER_SIZE, SCAN_CHUNK_BYTES } from '../limits.ts';
import { native } from '../native.ts';
import { scanStop } from '../native-words.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow, type ByteWindow } from '../record/byte-window.ts';

export interface ScanOptions {
  /** Where to begin: the position of a batch. */
  readonly position: number;
  /** Bytes of the file to look at. */
  readonly size: number;
  /** The first batch must not begin before this offset. */
  readonly nextOffset: number;
  /** Leader epochs must not be lower; -1 accepts any. */
  readonly epoch: number;
  /** No batch may reach past it: base offsets are in no checksum, and what no index can hold, or the next segment has, is wrong. */
  readonly lastOffsetMax: number;
  /** Bytes to read at first, where little is expected. */
  readonly firstChunkBytes?: number;
}

export type ScanEnd =
  | 'end' /** the file ends with a batch */
  | 'zeros' /** reserved bytes that were never written follow */
  | 'short' /** the last batch is cut off */
  | 'length'
  | 'magic'
  | 'checksum'
  | 'header'
  | 'order';

export interface ScanResult {
  /** Where the valid part ends. */
  readonly position: number;
  readonly end: ScanEnd;
  readonly nextOffset: number;
  readonly epoch: number;
  readonly batches: number;
  readonly bytesRead: number;
}

const STOP_NAMES: Record<number, ScanEnd> = {
  [scanStop.end]: 'end',
  [scanStop.short]: 'short',
  [scanStop.zeros]: 'zeros',
  [scanStop.length]: 'length',
  [scanStop.magic]: 'magic',
  [scanStop.checksum]: 'checksum',
  [scanStop.header]: 'header',
  [scanStop.order]: 'order',
};

const POSITIONS = 16_384;

/** What a scan works in; who scans all the time keeps one. One scan at a time. */
export class ScanMemory {
  readonly buffer: ByteWindow = byteWindow(Buffer.allocUnsafeSlow(SCAN_CHUNK_BYTES));
  readonly positions = new Uint32Array(POSITIONS);
  readonly result = new Float64Array(5);
}

/**
 * Calls `visit` for each valid batch, with its header, its position in the file, and the window that has all of it (at `header.position`). Header
 * and window are others at the next call: do not keep them. `visit` may return false to end the scan behind the batch.
 */
export function scanSegment(
  file: LogFile,
  options: ScanOptions,
  visit: (header: BatchHeader, position: number, window: ByteWindow) => unknown,
  memory = new ScanMemory(),
): ScanResult {
  let { buffer } = memory;
  const { positions, result } = memory;
  let chunk = options.firstChunkBytes ?? buffer.bytes.length;
  let header: BatchHeader | null = null;
  let { position, nextOffset, epoch } = options;
  let batches = 0;
  let bytesRead = 0;
  const ended = (end: ScanEnd): ScanResult => ({ position, end, nextOffset, epoch, batches, bytesRead });

  while (position < options.size) {
    const wanted = Math.min(chunk, buffer.bytes.length, options.size - position);
    chunk = Math.max(chunk, SCAN_CHUNK_BYTES);
    const length = file.read(buffer.bytes, 0, wanted, position);
    bytesRead += length;
    const last = position + length >= options.size || length < wanted;
    if (length === 0) return ended('end');
    let from = 0;
    let stop: number = scanStop.full;
    while (stop === scanStop.full) {
      const settings = { verify: true, nextOffset, epoch, batchBytesMax: BATCH_BYTES_MAX };
      const count = native.scanBatches(buffer.bytes, from, length, settings, positions, result);
      for (let i = 0; i < count; i++) {
        if (header === null) header = new BatchHeader(buffer, positions[i]);
        else header.moveTo(buffer, positions[i]);
        if (header.lastOffset > options.lastOffsetMax) {
          position += positions[i];
          return ended('order');
        }
        nextOffset = header.nextOffset;
        epoch = Math.max(epoch, header.leaderEpoch);
        batches++;
        if (visit(header, position + positions[i], buffer) === false) {
          position += positions[i] + header.size;
          return ended('end');
        }
      }
      stop = result[0];
      from = result[1];
    }
    position += from;
    if (stop === scanStop.end) continue;
    // A base offset begins with zeros: less than a header of them at the end of the buffer says nothing yet.
    if (stop === scanStop.zeros && !last && length - from < BATCH_HEADER_SIZE) continue;
    if (stop !== scanStop.short || last) return ended(STOP_NAMES[stop]);
    // The batch goes on past the buffer; when it is longer than the buffer, a larger one is needed.
    const size = result[2];
    if (size > options.size - position) return ended('short');
    if (size > buffer.bytes.length) {
      buffer = byteWindow(Buffer.allocUnsafeSlow(size));
      chunk = size;
    }
  }
  return ended('end');
}
