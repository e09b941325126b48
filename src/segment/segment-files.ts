/**
 * The names of a segment's files, in one place.
 *
 * `<base offset, 20 digits>.log` and beside it `.index`, `.timeindex`, `.txnindex`, `.snapshot`. Kafka renames what it is about to remove
 * to `.deleted`, and writes what is to take a place as `.cleaned` and `.swap`. (LogFileUtils.)
 */
export const LOG_SUFFIX = '.log';
export const OFFSET_INDEX_SUFFIX = '.index';
export const TIME_INDEX_SUFFIX = '.timeindex';
export const TRANSACTION_INDEX_SUFFIX = '.txnindex';
export const SNAPSHOT_SUFFIX = '.snapshot';
export const DELETED_SUFFIX = '.deleted';
export const CLEANED_SUFFIX = '.cleaned';
export const SWAP_SUFFIX = '.swap';
/** Of a copy that a cut is to put in a log's place: no compaction has that name, and whoever opens the log removes it. */
export const CUT_SUFFIX = `.cut${CLEANED_SUFFIX}`;

/** All files that belong to a segment and go with it. */
export const SEGMENT_SUFFIXES = [
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
  SNAPSHOT_SUFFIX,
] as const;

const DIGITS = 20;
const NAME = /^(\d{20})(\.[a-z]+)$/;

/** `directory` as `resolve` gives it: a store with many logs asks too often for names to be looked through each time. */
export function segmentFile(directory: string, baseOffset: number, suffix: string): string {
  const name = String(baseOffset).padStart(DIGITS, '0') + suffix;
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** The base offset and suffix in a file's name, or null for a file that is none of a segment's. */
export function parseSegmentFile(name: string): { baseOffset: number; suffix: string } | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  const baseOffset = Number(match[1]);
  return Number.isSafeInteger(baseOffset) ? { baseOffset, suffix: match[2] } : null;
}
