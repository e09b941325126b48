/**
 * Do a segment's indexes stand for its log? Asked before they are believed, with a look at a few batch headers and none at records.
 *
 * Found out: files that are missing, short, padded, garbage, or another segment's. Not found out: a wrong entry in the middle that keeps
 * the order. An offset of the time index may be any of the batch that it means, since Kafka has changed its mind about which.
 */
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { OFFSET_ENTRY_SIZE, OffsetIndex } from '../index/offset-index.ts';
import { TIME_ENTRY_SIZE, TimeIndex } from '../index/time-index.ts';
import { BATCH_HEADER_SIZE } from '../limits.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow } from '../record/byte-window.ts';
import type { IndexSettings } from './growing-indexes.ts';
import { LOG_SUFFIX, OFFSET_INDEX_SUFFIX, segmentFile, TIME_INDEX_SUFFIX } from './segment-files.ts';

/** The indexes up to and with a last offset entry: does that one point at its batch, and the last time entry tell its batch's time? */
export function entriesHold(log: LogFile, offsets: OffsetIndex, times: TimeIndex): boolean {
  let largest = -1;
  if (offsets.count > 0) {
    const last = headerAt(log, offsets.positionAt(offsets.count - 1));
    if (last === null || last.lastOffset !== offsets.offsetAt(offsets.count - 1)) return false;
    largest = last.maxTimestamp;
  }
  if (times.count === 0) return largest < 0;
  if (times.lastTimestamp < largest) return false;
  const timestamp = timestampOf(log, offsets, times.lastOffset);
  return timestamp === null || timestamp === times.lastTimestamp;
}

/** Are the index files of a sealed segment whole and its own? */
export function indexesHold(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  settings: IndexSettings,
): boolean {
  const offsetBytes = readWholeFile(system, segmentFile(directory, baseOffset, OFFSET_INDEX_SUFFIX));
  const timeBytes = readWholeFile(system, segmentFile(directory, baseOffset, TIME_INDEX_SUFFIX));
  const log = system.open(segmentFile(directory, baseOffset, LOG_SUFFIX), 'r');
  try {
    const size = log.size();
    if (OffsetIndex.plausibleEntries(offsetBytes, size) * OFFSET_ENTRY_SIZE !== offsetBytes.length) return false;
    if (TimeIndex.plausibleEntries(timeBytes) * TIME_ENTRY_SIZE !== timeBytes.length) return false;
    const offsets = new OffsetIndex(baseOffset, offsetBytes);
    const times = new TimeIndex(baseOffset, timeBytes);
    return entriesHold(log, offsets, times) && nothingMissing(log, size, { offsets, times, settings });
  } finally {
    log.close();
  }
}

/** Is there no batch behind the last entry that would have had one of its own? */
function nothingMissing(
  log: LogFile,
  size: number,
  { offsets, times, settings }: { offsets: OffsetIndex; times: TimeIndex; settings: IndexSettings },
): boolean {
  const { count } = offsets;
  const from = count === 0 ? 0 : offsets.positionAt(count - 1);
  const full = count >= Math.floor(settings.bytesMax / OFFSET_ENTRY_SIZE);
  for (let position = from; position < size;) {
    const header = headerAt(log, position);
    if (header === null || header.maxTimestamp > times.lastTimestamp) return false;
    if (position - from > settings.intervalBytes) return full;
    position += header.size;
  }
  return true;
}

/**
 * Largest timestamp of the batch that has `offset`; NaN where there is none. Null when the log is damaged on the way there: that says
 * nothing about the indexes, and making them anew would end the log at the damage.
 */
function timestampOf(log: LogFile, offsets: OffsetIndex, offset: number): number | null {
  let position = offsets.positionBefore(offset);
  for (;;) {
    const header = headerAt(log, position);
    if (header === null) return position >= log.size() ? Number.NaN : null;
    if (header.baseOffset > offset) return Number.NaN;
    if (header.lastOffset >= offset) return header.maxTimestamp;
    position += header.size;
  }
}

/** What stands at `position`; null where that is no batch's header. */
function headerAt(log: LogFile, position: number): BatchHeader | null {
  const bytes = Buffer.alloc(BATCH_HEADER_SIZE);
  if (log.read(bytes, 0, bytes.length, position) < bytes.length) return null;
  try {
    const header = new BatchHeader(byteWindow(bytes), 0);
    // Reading the offset refuses one that is none.
    return header.size >= BATCH_HEADER_SIZE && header.nextOffset > 0 ? header : null;
  } catch {
    // Not a batch: then the index is wrong, which is what was asked.
    return null;
  }
}
