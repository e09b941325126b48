/** What stands in the files of a log, batch by batch, those too that no reader is shown: emptied ones, and those before the log start. */
import type { FileSystem } from '#millrace/file/file-system.js';
import { readWholeFile } from '#millrace/file/whole-file.js';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import { LOG_SUFFIX, segmentFile } from '#millrace/segment/segment-files.js';

export interface SegmentContents {
  readonly baseOffset: number;
  /** Of its batches. */
  readonly size: number;
  /** When its file was changed last. */
  readonly modifiedMs: number;
  readonly batches: readonly RecordBatch[];
}

export function segmentsIn(system: FileSystem, log: PartitionLog): SegmentContents[] {
  const sealed = log.sealedSegments.map(({ baseOffset, size }) => ({ baseOffset, size }));
  const sealedSize = sealed.reduce((sum, { size }) => sum + size, 0);
  const all = [...sealed, { baseOffset: log.activeBaseOffset, size: log.size - sealedSize }];
  return all.map(({ baseOffset, size }) => {
    const path = segmentFile(log.directory, baseOffset, LOG_SUFFIX);
    const window = byteWindow(Buffer.from(readWholeFile(system, path).subarray(0, size)));
    const batches: RecordBatch[] = [];
    for (let position = 0; position < size; position += batches.at(-1)!.size)
      batches.push(new RecordBatch(window, position));
    return { baseOffset, size, modifiedMs: system.entry(path)?.modifiedMs ?? Infinity, batches };
  });
}

/** Of the records and the emptied batches of a segment; when its file was changed where none has one. */
export function largestTimestamp({ batches, modifiedMs }: SegmentContents): number {
  const times = batches.flatMap((batch) => {
    const records = Array.from(batch, ({ timestamp }) => timestamp);
    return records.length > 0 ? records : [batch.maxTimestamp];
  });
  const largest = Math.max(-1, ...times);
  return largest < 0 ? modifiedMs : largest;
}

/**
 * Where a cut at `offset`, which lies in the log, leaves its end: behind the last batch that lies wholly before it, and not before the segment
 * that has the offset.
 */
export function endOfCut(segments: readonly SegmentContents[], offset: number): number {
  const { baseOffset, batches } = segments.findLast((segment) => segment.baseOffset <= offset)!;
  return batches.findLast(({ lastOffset }) => lastOffset < offset)?.nextOffset ?? baseOffset;
}
