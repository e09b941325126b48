/**
 * Opens the segments of a partition that was stopped cleanly, or was recovered: finds the log's end and makes the last segment writable.
 *
 * Reads directory entries, and of the last segment the headers past its last index entry. The other segments are opened when a read needs
 * them. A last segment that is not whole after all throws ERR_MILLRACE_CORRUPT; the caller recovers. What is corrupt here is so to recovery too, which
 * cuts it: else a log could never be opened again.
 */
import type { LogFile } from '../file/file-system.ts';
import { BATCH_HEADER_SIZE, SEGMENT_OFFSETS_MAX } from '../limits.ts';
import { BASE_OFFSET, MAGIC, MAGIC_V2 } from '../record/batch-format.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow, type ByteWindow } from '../record/byte-window.ts';
import { readInt64 } from '../record/int64.ts';
import { GrowingIndexes } from '../segment/growing-indexes.ts';
import { entriesHold } from '../segment/index-check.ts';
import { loadUnsealedIndexes } from '../segment/index-loading.ts';
import { refuseOldFormat } from '../segment/old-format.ts';
import { LOG_SUFFIX } from '../segment/segment-files.ts';
import { scanSegment } from '../segment/segment-scan.ts';
import { SegmentWriter } from '../segment/segment-writer.ts';
import { Segment, type SegmentEnvironment } from '../segment/segment.ts';
import { firstReadable, type SegmentFiles, settleLog } from './log-directory.ts';
import type { LogSettings } from './log-settings.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { indexSettings, SegmentList } from './segment-list.ts';

export interface LoadedLog {
  readonly segments: SegmentList;
  readonly endOffset: number;
  readonly snapshots: ProducerSnapshots;
  /** It has had producers. Where no snapshot is left, an index of aborted transactions tells, or a producer's batch at the log's end. */
  readonly hadProducers: boolean;
  /** The log is new: the name of its first segment is not durable yet. */
  readonly created: boolean;
}

/** `startOffset`: where an empty log begins; segments before it are on their way out. */
export function loadLog(
  environment: SegmentEnvironment,
  directory: string,
  options: { settings: LogSettings; startOffset: number; now: number },
): LoadedLog {
  const { system } = environment;
  const segments = new SegmentList(environment, directory);
  const { segments: files, snapshots: offsets, hasTransactionIndex } = settleLog(system, directory);
  const snapshots = new ProducerSnapshots(system, directory, offsets);
  if (files.length === 0) {
    // Left of a log that was about to be emptied.
    for (const offset of offsets) snapshots.remove(offset);
    segments.roll(options.startOffset, options.settings, options.now);
    return { segments, snapshots, hadProducers: false, endOffset: options.startOffset, created: true };
  }
  const last = files[files.length - 1];
  const indexes = { ...indexSettings(options.settings), mend: true };
  const first = firstReadable(files, options.startOffset);
  // Retention was at them when the log was last open.
  segments.leaveFound(files.slice(0, first));
  const isGone = new Set(files.slice(0, first).map(({ baseOffset }) => baseOffset));
  snapshots.removed((offset) => isGone.has(offset));
  for (const { baseOffset, size } of files.slice(first, -1)) {
    segments.push(new Segment(environment, directory, baseOffset, size, indexes));
  }
  const { endOffset, hasProducer } = loadActive(segments, last, options.settings, options.now);
  const hadProducers = offsets.length > 0 || hasTransactionIndex || hasProducer;
  return { segments, snapshots, hadProducers, endOffset, created: false };
}

/** Opens the last segment for writing and adds it to the list. Returns the log's end, and whether a batch that was looked at has a producer. */
export function loadActive(
  segments: SegmentList,
  files: SegmentFiles,
  settings: LogSettings,
  now: number,
): { readonly endOffset: number; readonly hasProducer: boolean } {
  const { environment, directory } = segments;
  segments.push(new Segment(environment, directory, files.baseOffset, files.size));
  const { indexes, endOffset, firstTimestamp, hasProducer } = loadLast(environment, segments.active, files, settings);
  const { segmentBytes } = settings;
  segments.write(new SegmentWriter(environment, segments.active, indexes, { segmentBytes, firstTimestamp, now }));
  return { endOffset, hasProducer };
}

interface LoadedSegment {
  readonly indexes: GrowingIndexes;
  readonly endOffset: number;
  readonly firstTimestamp: number;
  readonly hasProducer: boolean;
}

function loadLast(
  environment: SegmentEnvironment,
  segment: Segment,
  files: SegmentFiles,
  settings: LogSettings,
): LoadedSegment {
  const { baseOffset, size } = files;
  if (size > 0 && !files.indexed) throw segment.corrupt(0, 'has no index beside it');
  const { offsets, times } = loadUnsealedIndexes(environment.system, segment.directory, baseOffset, size);
  const { count } = offsets;
  const indexes = new GrowingIndexes(indexSettings(settings), offsets, times);
  if (size === 0) return { indexes, endOffset: baseOffset, firstTimestamp: -1, hasProducer: false };

  const log = environment.system.open(segment.path(LOG_SUFFIX), 'r');
  try {
    const window = byteWindow(Buffer.alloc(BATCH_HEADER_SIZE));
    const firstTimestamp = firstTimestampOf(log, window);
    let position = count === 0 ? 0 : offsets.positionAt(count - 1);
    if (!entriesHold(log, offsets, times)) throw segment.corrupt(position, 'has a batch that its indexes do not know');
    let endOffset = baseOffset;
    let hasProducer = false;
    while (position < size) {
      const header = nextHeader(segment, log, { position, size, endOffset }, window);
      indexes.add(position, header.lastOffset, header.maxTimestamp);
      endOffset = header.nextOffset;
      hasProducer ||= header.producerId >= 0;
      position += header.size;
    }
    return { indexes, endOffset, firstTimestamp, hasProducer };
  } finally {
    log.close();
  }
}

/** Largest timestamp of the first batch, for the segment's age and nothing else: -1 where that batch is damaged. */
function firstTimestampOf(log: LogFile, window: ByteWindow): number {
  const length = log.read(window.bytes, 0, BATCH_HEADER_SIZE, 0);
  return length === BATCH_HEADER_SIZE && window.bytes[MAGIC] === MAGIC_V2
    ? new BatchHeader(window, 0).maxTimestamp
    : -1;
}

/** The header at `position` of a log whose batches before it end at `endOffset`; ERR_MILLRACE_CORRUPT where none can be believed. */
function nextHeader(
  segment: Segment,
  log: LogFile,
  { position, size, endOffset }: { position: number; size: number; endOffset: number },
  window: ByteWindow,
): BatchHeader {
  const { bytes, view } = window;
  if (log.read(bytes, 0, BATCH_HEADER_SIZE, position) < BATCH_HEADER_SIZE)
    throw segment.corrupt(position, 'ends inside a batch header');
  if (bytes[MAGIC] !== MAGIC_V2) {
    refuseOldFormat(log, position, size);
    throw segment.corrupt(position, `has magic ${view.getInt8(MAGIC)}, expected ${MAGIC_V2}`);
  }
  const header = new BatchHeader(window, 0);
  if (header.size < BATCH_HEADER_SIZE || header.size > size - position)
    throw segment.corrupt(position, `has a batch of ${header.size} bytes, and ${size - position} are left`);
  const { lastOffsetDelta } = header;
  const baseOffset = readInt64(view, BASE_OFFSET);
  const lastOffsetMax = segment.baseOffset + SEGMENT_OFFSETS_MAX;
  const isPlain = header.recordCount === lastOffsetDelta + 1;
  if (isPlain && baseOffset >= endOffset && baseOffset + lastOffsetDelta <= lastOffsetMax) return header;
  // Either compaction took records of the batch, or its header is spoilt, and the log would end elsewhere: only the checksum tells.
  const options = {
    position,
    size,
    nextOffset: endOffset,
    epoch: -1,
    lastOffsetMax,
    firstChunkBytes: header.size,
  };
  const { batches, end } = scanSegment(log, options, () => false);
  if (batches === 0) throw segment.corrupt(position, `has a batch that is not valid (${end})`);
  return header;
}
