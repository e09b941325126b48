/** A sealed segment as compaction reads it: from its first batch to its last, each with a checksum that fits. */
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { BATCH_HEADER_SIZE, SEGMENT_OFFSETS_MAX } from '../limits.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { RecordBatch } from '../record/record-batch.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { type ScanMemory, scanSegment } from '../segment/segment-scan.ts';

export interface SealedSegment {
  readonly baseOffset: number;
  readonly size: number;
  /** Where the next segment begins. */
  readonly endOffset: number;
}

/** The records of a batch, inflated: bytes[start, end). */
export interface RecordBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Calls `visit` for each batch, with the window that it stands in; both are another one's at the next call. `visit` returns false to end the
 * walk. ERR_MILLRACE_CORRUPT where the segment is not whole: what is damaged must not get a new checksum.
 */
export function walkSealed(
  system: FileSystem,
  directory: string,
  segment: SealedSegment,
  memory: ScanMemory,
  visit: (header: BatchHeader, window: ByteWindow) => boolean,
): void {
  const { baseOffset, size, endOffset } = segment;
  const path = segmentFile(directory, baseOffset, LOG_SUFFIX);
  const file = system.open(path, 'r');
  try {
    const lastOffsetMax = Math.min(endOffset - 1, baseOffset + SEGMENT_OFFSETS_MAX);
    const options = { position: 0, size, nextOffset: baseOffset, epoch: -1, lastOffsetMax };
    let goesOn = true;
    const scan = scanSegment(
      file,
      options,
      (header, _position, window) => {
        goesOn = visit(header, window);
        return goesOn;
      },
      memory,
    );
    if (goesOn && scan.position !== size) {
      throw new MillraceError(
        'ERR_MILLRACE_CORRUPT',
        `${path} at ${scan.position} has no whole batch (${scan.end}), and ${size - scan.position} bytes are left`,
        { path, position: scan.position },
      );
    }
  } finally {
    file.close();
  }
}

export function recordBytes(header: BatchHeader, window: ByteWindow): RecordBytes {
  const { position } = header;
  if (header.compression === 'none')
    return { bytes: window.bytes, start: position + BATCH_HEADER_SIZE, end: position + header.size };
  const bytes = new RecordBatch(window, position).inflatedRecords;
  return { bytes, start: 0, end: bytes.length };
}

/** The bytes of a batch are no records, although its checksum fits. */
export function malformedRecords(header: BatchHeader, directory: string): MillraceError {
  const message = `the batch at offset ${header.baseOffset} in ${directory} has records that are malformed`;
  return new MillraceError('ERR_MILLRACE_CORRUPT', message, { path: directory });
}
